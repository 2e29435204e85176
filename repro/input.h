// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Files and folders of programs, read whole. What is not a test case is named on stderr with the reason and
// counted; it never keeps the inputs behind it from being looked at.
//
// Text or binary is told by the content, not by the name. Text is UTF-8 without control characters but tab,
// newline and carriage return (which the parser then finds). All else is binary: the header of a program in
// binary form has bytes that are always zero. A name that ends in .txt promises text. Empty is neither.
#ifndef REPRO_INPUT_H
#define REPRO_INPUT_H

#include "program/program.h"

#include <stdbool.h>

// Called with each file's bytes, at least one. False: they are not a test case, and that has been said.
typedef bool input_visit(void *context, const char *path, const unsigned char *bytes, size_t size);

// Visits a file, or the files of a folder in the order of their names: not the folders in it, nor names that
// begin with a dot. In a folder only regular files are read; a path that is given may be a pipe or a device
// too. Returns how many of them are not test cases; a path that can't be read counts as one, and so does a
// folder without files.
size_t input_each(const char *path, input_visit *visit, void *context);

bool input_is_text(const unsigned char *bytes, size_t size);

// A program from a file's bytes. Binary ones must have the size of a header and whole records, and a header
// as program_encode makes it; with `raw` they are what a fuzzer made, of which any bytes up to
// PROGRAM_BINARY_MAX are a program. False: they are no program, and that has been said.
bool input_program(const char *path, const unsigned char *bytes, size_t size, bool raw,
                   struct program *program);

#endif
