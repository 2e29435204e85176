// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// What an image asks of the system that it runs on: semihosting.c on bare metal, hosted.c under an operating
// system.
#ifndef REPRO_FIRMWARE_SYSTEM_H
#define REPRO_FIRMWARE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

enum exit_status { STATUS_FINE = 0, STATUS_FINDING = 1, STATUS_MISUSE = 2, STATUS_FAULT = 3 };

// Replays the bundle of this path. Called by the start-up code; its result ends the image.
enum exit_status image_main(const char *bundle);

// Opens the one file that an image reads. False: it can't be.
bool system_open(const char *path);
// Reads up to size bytes; fewer only at the file's end.
size_t system_read(void *bytes, size_t size);
// Writes to standard output.
void system_write(const char *text, size_t length);
// Ends the image.
_Noreturn void system_exit(enum exit_status status);

#endif
