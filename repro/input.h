// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Files and folders of programs, read whole. Every mistake is said on stderr with the file's name.
#ifndef REPRO_INPUT_H
#define REPRO_INPUT_H

#include "program/program.h"

#include <stdbool.h>

// Called with each file's bytes. False: stop, something was wrong and has been said.
typedef bool input_visit(void *context, const char *path, const unsigned char *bytes, size_t size);

// Visits a file, or the files of a folder in the order of their names (not of folders inside it; names that
// begin with a dot are left out). False: the path can't be read, a folder has no files, or a visit was false.
bool input_each(const char *path, input_visit *visit, void *context);

bool input_is_text(const char *path); // the name ends in .txt

// A program from a file's bytes. Text by input_is_text, else binary. Any bytes are a program to a fuzzer;
// unless `raw`, a binary file whose size is not that of a header and whole records is said to be damaged.
bool input_program(const char *path, const unsigned char *bytes, size_t size, bool raw,
                   struct program *program);

#endif
