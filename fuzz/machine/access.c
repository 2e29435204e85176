// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// The watched access layer: each call asks the observer first, and a byte that is raced for changes right
// after its first fetch.
#include "machine/internal.h"

#ifdef PROCBUF_ACCESS_HEADER
#include PROCBUF_ACCESS_HEADER

// The library hands no context to its access layer, so the running machine is the one thing the testbed keeps
// in a global.
static struct machine *running;

static struct {
  bool armed, fired;
  uintptr_t address;
  uint8_t byte;
} race;

void machine_watch(struct machine *machine) {
  running = machine;
  race.armed = false;
  race.fired = false;
}

bool machine_is_watched(void) {
  return true;
}

void machine_race_arm(struct machine *machine, uintptr_t address, uint8_t byte) {
  (void)machine;
  race.armed = true;
  race.fired = false;
  race.address = address;
  race.byte = byte;
}

bool machine_race_fired(struct machine *machine) {
  (void)machine;
  const bool fired = race.fired;
  race.armed = false;
  race.fired = false;
  return fired;
}

static void run_race(uintptr_t address, size_t length) {
  if (!race.armed || race.address - address >= length) return;
  memory_poke(race.address, &race.byte, 1);
  race.armed = false;
  race.fired = true;
}

// The observer has its say about every access. One that stays inside the machine's memory is carried out even
// so, so that a step that goes wrong goes on as it would on a real machine, and its result tells the tale; a
// wild one is not.
static bool may_load(uintptr_t address, size_t length) {
  const struct machine_observer *observer = &running->setup.observer;
  observer->load(observer->context, address, length);
  return memory_holds(&running->memory, address, length);
}

static bool may_store(uintptr_t address, size_t length) {
  const struct machine_observer *observer = &running->setup.observer;
  observer->store(observer->context, address, length);
  return memory_holds(&running->memory, address, length);
}

static bool may_zero(uintptr_t address, size_t length) {
  const struct machine_observer *observer = &running->setup.observer;
  observer->zero(observer->context, address, length);
  return memory_holds(&running->memory, address, length);
}

uint8_t procbuf_access_load8(uintptr_t user) {
  uint8_t byte = 0;
  procbuf_access_read(&byte, user, 1);
  return byte;
}

void procbuf_access_store8(uintptr_t user, uint8_t value) {
  procbuf_access_write(user, &value, 1);
}

void procbuf_access_read(void *kernel, uintptr_t user, size_t n) {
  if (!may_load(user, n)) return;
  memory_peek(user, kernel, n);
  run_race(user, n);
}

void procbuf_access_write(uintptr_t user, const void *kernel, size_t n) {
  if (may_store(user, n)) memory_poke(user, kernel, n);
}

void procbuf_access_move(uintptr_t to, uintptr_t from, size_t n) {
  uint8_t bytes[MACHINE_RAM_MAX];
  if (!may_load(from, n) || n > sizeof bytes) return;
  memory_peek(from, bytes, n);
  run_race(from, n);
  if (may_store(to, n)) memory_poke(to, bytes, n);
}

void procbuf_access_fill(uintptr_t user, uint8_t value, size_t n) {
  if (may_store(user, n)) memory_fill(user, value, n);
}

void procbuf_access_zero(uintptr_t memory, size_t n) {
  if (may_zero(memory, n)) memory_fill(memory, 0, n);
}

#else // a plain build: the library's accesses are its own, and nobody is asked

void machine_watch(struct machine *machine) {
  (void)machine;
}

bool machine_is_watched(void) {
  return false;
}

void machine_race_arm(struct machine *machine, uintptr_t address, uint8_t byte) {
  (void)machine, (void)address, (void)byte;
}

bool machine_race_fired(struct machine *machine) {
  (void)machine;
  return false;
}

#endif
