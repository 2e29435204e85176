// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * The version, by Semantic Versioning 2.0.0: while MAJOR is 0 a new MINOR may break sources that use the library, a new
 * PATCH does not. CHANGELOG.md says what changed. The build files read it from here.
 *
 *     #if PROCBUF_VERSION < PROCBUF_VERSION_OF(0, 1, 0)
 */
#ifndef PROCBUF_VERSION_H
#define PROCBUF_VERSION_H

#define PROCBUF_VERSION_MAJOR 0
#define PROCBUF_VERSION_MINOR 1
#define PROCBUF_VERSION_PATCH 0

/** The three as one number that can be compared; MINOR and PATCH are below 256. */
#define PROCBUF_VERSION_OF(major, minor, patch) ((major) * 65536 + (minor) * 256 + (patch))
#define PROCBUF_VERSION                                                                                      \
  PROCBUF_VERSION_OF(PROCBUF_VERSION_MAJOR, PROCBUF_VERSION_MINOR, PROCBUF_VERSION_PATCH)

#endif
