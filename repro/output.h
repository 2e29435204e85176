// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Files that the tools write. What goes wrong is said on stderr with the file's name, and leaves no half of a
// file.
#ifndef REPRO_OUTPUT_H
#define REPRO_OUTPUT_H

#include "program/program.h"

#include <stdbool.h>
#include <stdio.h>

// Writes the content. What goes wrong shows in the FILE.
typedef void output_fill(void *context, FILE *file);

// Writes a file under a temporary name in the same folder, and gives it its own once all of it is written.
// What is no regular file, such as a pipe or a link, is written as it is. Without `replace` a regular file
// that exists is left alone, which is an error.
bool output_file(const char *path, bool replace, output_fill *fill, void *context);

// Is there a regular file, so that without `replace` nothing would be written? Says so.
bool output_exists(const char *path);

// Writes a program in binary to FOLDER/NAME.bin, where NAME is that of the file it came from, cut at its
// first dot. A file that exists is left alone, which is an error.
bool output_binary(const char *folder, const char *from, const struct program *program);

#endif
