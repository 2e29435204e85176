// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Programs written to files. What goes wrong is said on stderr with the file's name.
#ifndef REPRO_OUTPUT_H
#define REPRO_OUTPUT_H

#include "program/program.h"

// Writes a program in binary to FOLDER/NAME.bin, where NAME is that of the file it came from, cut at its first dot.
bool output_binary(const char *folder, const char *from, const struct program *program);

#endif
