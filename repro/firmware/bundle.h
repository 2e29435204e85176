// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// A bundle: many programs in one file, so that one start of an image replays them all. ci/shapes/shapes.py
// writes it. The magic, then for each program: length of its name and of its binary form, both four bytes, least
// significant first; the name; the binary form.
#ifndef REPRO_FIRMWARE_BUNDLE_H
#define REPRO_FIRMWARE_BUNDLE_H

#include "program/program.h"

#define BUNDLE_MAGIC "procbuf bundle 1\n"
#define BUNDLE_NAME_MAX 255u

enum bundle_next { BUNDLE_PROGRAM, BUNDLE_END, BUNDLE_DAMAGED };

// Opens a bundle; then reads one program after another. What is wrong with one, and at which byte, is printed.
bool bundle_open(const char *path);
enum bundle_next bundle_read(char name[BUNDLE_NAME_MAX + 1], struct program *program);

#endif
