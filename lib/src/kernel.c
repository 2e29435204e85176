// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/kernel.h"

#include "internal.h"

static bool driver_numbers_differ(const procbuf_config *config) {
  for (size_t i = 0; i < config->driver_count; i++) {
    for (size_t j = 0; j < i; j++) {
      if (config->drivers[i].number == config->drivers[j].number) return false;
    }
  }
  return true;
}

static bool pins_are_valid(const procbuf_config *config) {
  if (config->pins_per_process == 0) return true;
  return config->pins != NULL && config->process_count <= SIZE_MAX / config->pins_per_process;
}

static bool config_is_valid(const procbuf_config *config) {
  if (config->process_count == 0 || config->processes == NULL) return false;
  if (config->process_count != (uint32_t)config->process_count) return false; /* a pid's index has 32 bits */
  size_t granule = config->platform.granule;
  if ((granule & (granule - 1)) != 0) return false; /* 0 is none */
  if (!pins_are_valid(config)) return false;
  if (config->driver_count == 0) return true;
  if (config->drivers == NULL || config->grants == NULL) return false;
  if (config->process_count > SIZE_MAX / config->driver_count) return false;
  return driver_numbers_differ(config);
}

static void clear(void *memory, size_t size) {
  if (size > 0) __builtin_memset(memory, 0, size);
}

procbuf_status procbuf_kernel_init(procbuf_kernel *kernel, const procbuf_config *config) {
  if (!config_is_valid(config)) return PROCBUF_INVAL;
  *kernel =
      (procbuf_kernel){.processes = config->processes,
                       .process_count = config->process_count,
                       .drivers = config->drivers,
                       .driver_count = config->driver_count,
                       .grants = config->grants,
                       .pins = config->pins,
                       .pins_per_process = config->pins_per_process,
                       .platform = config->platform,
                       .entry = 1,
                       .first_generation = config->first_generation == 0 ? 1 : config->first_generation};
  if (kernel->platform.granule == 0) kernel->platform.granule = 1;
  size_t count = kernel->process_count;
  clear(kernel->processes, count * sizeof *kernel->processes);
  clear(kernel->grants, count * kernel->driver_count * sizeof *kernel->grants);
  clear(kernel->pins, count * kernel->pins_per_process * sizeof *kernel->pins);
  return PROCBUF_OK;
}

static size_t index_of(const procbuf_kernel *kernel, const procbuf_process *process) {
  return (size_t)(process - kernel->processes);
}

/* Where the last granule of the process's own memory ends (P-GRANULE); below its break if that is beyond the address
 * space. */
static uintptr_t granule_end(const procbuf_kernel *kernel, const procbuf_process *process) {
  const procbuf_platform *platform = &kernel->platform;
  if (platform->granule_end != NULL) {
    return platform->granule_end(platform->context, index_of(kernel, process), &process->info);
  }
  uintptr_t inside = platform->granule - 1;
  return (process->info.app_break + inside) & ~inside;
}

bool procbuf_kernel_admits(const procbuf_kernel *kernel, const procbuf_process *process, uintptr_t *end) {
  *end = granule_end(kernel, process);
  if (*end < process->info.app_break || *end > process->info.kernel_break) return false;
  return procbuf_kernel_protect(kernel, process);
}

bool procbuf_kernel_protect(const procbuf_kernel *kernel, const procbuf_process *process) {
  const procbuf_platform *platform = &kernel->platform;
  if (platform->protect == NULL) return true;
  return platform->protect(platform->context, index_of(kernel, process), &process->info);
}

const procbuf_driver *procbuf_kernel_driver(const procbuf_kernel *kernel, uintptr_t number) {
  for (size_t i = 0; i < kernel->driver_count; i++) {
    if (kernel->drivers[i].number == number) return &kernel->drivers[i];
  }
  return NULL;
}
