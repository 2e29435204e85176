// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Real processes, one for each process slot of the machine: unprivileged code (process_<architecture>.c)
// behind a memory protection unit (protection_<port>.c). kernel.c runs them and serves their calls.
//
// A process is a few short routines. Its stack, where the architecture needs one, lies outside the RAM that
// the machine gives it, whose every byte the model knows.
#ifndef REPRO_FIRMWARE_PROCESS_H
#define REPRO_FIRMWARE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROCESS_COUNT 4u
#define PROCESS_ARGUMENTS 4u

// TRD 104's class of yield: with it a process says that it is done.
#define PROCESS_CLASS_YIELD 0u

// What a process may touch; empty where the start is not below the end. All four are multiples of
// protection_granule.
struct process_memory {
  uintptr_t start, end;             // to read and write
  uintptr_t readable, readable_end; // to read
};

// What a process can be told to do. Its arguments go to r0..r3 (a0..a3); it leaves its results there.
enum process_deed {
  PROCESS_WRITE, // r0 address, r1 length > 0, r2 byte: writes byte, byte + 1, ...
  PROCESS_READ,  // r0 address, r1 length > 0, r2 digest so far, r3 the digest's factor. r0: the digest
  PROCESS_TRY,   // r0 address: loads a byte and stores the same byte. r1: how far it came, 0, 1 or 2
  PROCESS_LOAD,  // r0 address: loads a byte
  PROCESS_STORE, // r0 address, r1 byte: stores it
  PROCESS_JUMP,  // r0 address: executes what is there
  PROCESS_DEED_COUNT
};

// Why a process stopped.
struct process_stop {
  bool faulted;
  uintptr_t call;    // else: the class of the system call that it made
  uintptr_t address; // faulted: what it tried to touch
};

// Can a process make a system call of this class at all?
bool process_has_call(uintptr_t syscall_class);
// Makes a process ready: to carry out a deed, or to make a system call; then to yield.
void process_prepare(unsigned process, enum process_deed deed, const uintptr_t *arguments);
void process_prepare_call(unsigned process, uintptr_t syscall_class, const uintptr_t *arguments);
// Runs a process from where it is until it stops. Its protection is on.
void process_run(unsigned process);
// Why it stopped; asked once after each run. Looks at what the process has written: a kernel that goes on
// with what it did has passed its from-user barrier.
struct process_stop process_why(unsigned process);
// r0..r3 of a process that has stopped.
uintptr_t *process_registers(unsigned process);
// An address that no process may store to: it would switch off its protection, or the machine.
uintptr_t process_forbidden_device(void);

// What every process may touch apart from its memory: its code, to execute, and a stack of its own. Where
// there is a stack, both are powers of two in size, at a multiple of it; a size of 0: there is none.
struct process_home {
  uintptr_t code, code_size;
  uintptr_t stack, stack_size;
};
struct process_home process_home(unsigned process);

// The memory protection unit. From here on unprivileged code may touch this and nothing else. The kernel may
// touch all that it could before, but it need not be able to store to code, or to what a process may only
// read.
extern const size_t protection_granule;
void protection_load(const struct process_home *home, const struct process_memory *memory);

#endif
