// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Protection by RISC-V's physical memory protection (The RISC-V Instruction Set Manual, Volume II: Privileged
// Architecture, 3.7). Each range takes two of the sixteen entries: its start, switched off, and its end,
// which covers all between the two (TOR). User mode may touch what an entry covers, and nothing else.
#include "csr.h"
#include "process.h"

const size_t protection_granule = 4;

#define PMP_READ 0x01u
#define PMP_WRITE 0x02u
#define PMP_EXECUTE 0x04u
#define PMP_TOR 0x08u

// An entry's configuration is one byte of the four in a register. Each pair of entries is a range, so it has
// the second byte of a half.
static uint32_t covers(uintptr_t start, uintptr_t end, uint32_t rights, unsigned half) {
  // QEMU 7.2 takes a range that ends at 0 for all memory, so an empty one is switched off.
  return start < end ? (PMP_TOR | rights) << (16u * half + 8u) : 0;
}

void protection_load(const struct process_home *home, const struct process_memory *memory) {
  const uintptr_t code_end = home->code + home->code_size;
  CSR_WRITE("pmpaddr0", home->code >> 2);
  CSR_WRITE("pmpaddr1", code_end >> 2);
  CSR_WRITE("pmpaddr2", memory->start >> 2);
  CSR_WRITE("pmpaddr3", memory->end >> 2);
  CSR_WRITE("pmpaddr4", memory->readable >> 2);
  CSR_WRITE("pmpaddr5", memory->readable_end >> 2);
  CSR_WRITE("pmpcfg0", covers(home->code, code_end, PMP_EXECUTE, 0) |
                           covers(memory->start, memory->end, PMP_READ | PMP_WRITE, 1));
  CSR_WRITE("pmpcfg1", covers(memory->readable, memory->readable_end, PMP_READ, 0));
}
