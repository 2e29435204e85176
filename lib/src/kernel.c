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

static bool config_is_valid(const procbuf_config *config) {
  if (config->process_count == 0 || config->processes == NULL) return false;
  if (config->process_count != (uint32_t)config->process_count) return false; /* a pid's index has 32 bits */
  if (config->driver_count == 0) return true;
  if (config->drivers == NULL || config->grants == NULL) return false;
  if (config->process_count > SIZE_MAX / config->driver_count) return false;
  return driver_numbers_differ(config);
}

procbuf_status procbuf_kernel_init(procbuf_kernel *kernel, const procbuf_config *config) {
  if (!config_is_valid(config)) return PROCBUF_INVAL;
  *kernel =
      (procbuf_kernel){.processes = config->processes,
                       .process_count = config->process_count,
                       .drivers = config->drivers,
                       .driver_count = config->driver_count,
                       .grants = config->grants,
                       .platform = config->platform,
                       .entry = 1,
                       .first_generation = config->first_generation == 0 ? 1 : config->first_generation};
  for (size_t i = 0; i < kernel->process_count; i++)
    kernel->processes[i] = (procbuf_process){0};
  for (size_t i = 0; i < kernel->process_count * kernel->driver_count; i++)
    kernel->grants[i] = 0;
  return PROCBUF_OK;
}

bool procbuf_kernel_protect(const procbuf_kernel *kernel, const procbuf_process *process, uintptr_t app_break,
                            uintptr_t kernel_break) {
  const procbuf_platform *platform = &kernel->platform;
  if (platform->protect == NULL) return true;
  return platform->protect(platform->context, (size_t)(process - kernel->processes), app_break, kernel_break);
}

const procbuf_driver *procbuf_kernel_driver(const procbuf_kernel *kernel, uintptr_t number) {
  for (size_t i = 0; i < kernel->driver_count; i++) {
    if (kernel->drivers[i].number == number) return &kernel->drivers[i];
  }
  return NULL;
}

uintptr_t *procbuf_kernel_pair(const procbuf_kernel *kernel, const procbuf_process *process,
                               const procbuf_driver *driver) {
  size_t row = (size_t)(process - kernel->processes);
  size_t column = (size_t)(driver - kernel->drivers);
  return &kernel->grants[row * kernel->driver_count + column];
}
