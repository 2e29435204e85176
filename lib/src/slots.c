// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "internal.h"
#include "procbuf/grant.h"

/* One slot in grant memory. Grant memory is the platform's, of whatever type: hence may_alias. */
typedef struct __attribute__((may_alias)) procbuf_slot {
  uintptr_t address;
  size_t length;
} procbuf_slot;

_Static_assert(_Alignof(procbuf_slot) <= PROCBUF_GRANT_ALIGNMENT, "grants are aligned for slots");
_Static_assert(PROCBUF_GRANT_ALIGNMENT <= sizeof(procbuf_slot), "the state behind the slots is aligned");
_Static_assert((SIZE_MAX - UINT16_MAX) / sizeof(procbuf_slot) >= 3 * (size_t)UINT16_MAX,
               "a grant's size never wraps");

uintptr_t procbuf_slots_count(const procbuf_driver *driver, procbuf_kind kind) {
  switch (kind) {
  case PROCBUF_READONLY:
    return driver->readonly_count;
  case PROCBUF_READWRITE:
    return driver->readwrite_count;
  default:
    return driver->userspace_readable_count;
  }
}

size_t procbuf_slots_size(const procbuf_driver *driver) {
  size_t slots = (size_t)driver->readonly_count + driver->readwrite_count + driver->userspace_readable_count;
  return slots * sizeof(procbuf_slot);
}

procbuf_status procbuf_slots_make(const procbuf_kernel *kernel, procbuf_process *process,
                                  const procbuf_driver *driver) {
  uintptr_t *base = procbuf_kernel_pair(kernel, process, driver);
  if (*base != 0) return PROCBUF_OK;
  /* The carve zeroes, and (0, 0) is what a slot never used holds. */
  return procbuf_grant_carve(kernel, process, procbuf_grant_size(driver), PROCBUF_GRANT_ALIGNMENT, base);
}

/* The slots of a pair lie by kind: read-only, read-write, userspace-readable. */
uintptr_t procbuf_slots_find(const procbuf_kernel *kernel, const procbuf_process *process,
                             const procbuf_driver *driver, procbuf_kind kind, uintptr_t number) {
  uintptr_t base = *procbuf_kernel_pair(kernel, process, driver);
  if (base == 0) return 0;
  if (kind != PROCBUF_READONLY) number += driver->readonly_count;
  if (kind == PROCBUF_USERSPACE_READABLE) number += driver->readwrite_count;
  return base + number * sizeof(procbuf_slot);
}

procbuf_range procbuf_slots_load(uintptr_t slot) {
  if (slot == 0) return (procbuf_range){0, 0};
  const procbuf_slot *held = (const procbuf_slot *)slot;
  return (procbuf_range){held->address, held->length};
}

procbuf_range procbuf_slots_swap(uintptr_t slot, procbuf_range range) {
  procbuf_range old = procbuf_slots_load(slot);
  *(procbuf_slot *)slot = (procbuf_slot){range.address, range.length};
  return old;
}
