// SPDX-License-Identifier: Apache-2.0 OR MIT
/**
 * Status codes. The numbers 1 to 13 are the error codes of TRD 104 and reach userspace as they are.
 *
 * Rules that hold for every function of the library that returns a status:
 *   - When several errors apply, the first in the order that the function documents is returned.
 *   - A call that returns an error has changed nothing: no slot, break, mark, user byte or output byte
 *     (X-NOCHANGE). The exceptions are stated where they are: procbuf_allow's returned range, and the
 *     EXCEEDED flag of a full stream.
 *   - A function that cannot fail returns no status.
 *
 * Pointers, unless said otherwise, are the kernel programmer's: they must be valid and non-null, and the
 * library does not test them. Numbers, addresses and lengths may come from userspace and may hold anything.
 */
#ifndef PROCBUF_STATUS_H
#define PROCBUF_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum procbuf_status {
  PROCBUF_OK = 0,           /* done */
  PROCBUF_FAIL = 1,         /* process not active; generations used up; stream offset beyond 2^32-1 */
  PROCBUF_BUSY = 2,         /* an enter is open; stream halted */
  PROCBUF_ALREADY = 3,      /* not returned by the library: free for callbacks, as the next two */
  PROCBUF_OFF = 4,          /* likewise */
  PROCBUF_RESERVE = 5,      /* likewise */
  PROCBUF_INVAL = 6,        /* a range, layout, number or header that is not acceptable */
  PROCBUF_SIZE = 7,         /* lengths differ; stream too small or full */
  PROCBUF_CANCEL = 8,       /* not returned by the library */
  PROCBUF_NOMEM = 9,        /* no room, no free process slot, or the protection hook refused */
  PROCBUF_NOSUPPORT = 10,   /* the driver has no such allow number */
  PROCBUF_NODEVICE = 11,    /* no such driver */
  PROCBUF_UNINSTALLED = 12, /* not returned by the library */
  PROCBUF_NOACK = 13,       /* not returned by the library */
  PROCBUF_NOSUCHAPP =
      256 /* the process is dead or not that generation; outside TRD 104, never sent to userspace */
} procbuf_status;

/**
 * The status's name for messages: "OK", "FAIL", ... "NOSUCHAPP"; "?" for any other value.
 * Ensures: a constant string, never null. It is alone in its source file, so it is linked only when used.
 */
const char *procbuf_status_name(procbuf_status status);

/**
 * The number by which userspace is told of an error (A-NUMBER): 1 to 13 as they are. Anything else is FAIL, NOSUCHAPP
 * included, which userspace never sees. For a kernel that answers a command with what a library function returned.
 * status: an error; OK has no number, and is FAIL too.
 */
uint32_t procbuf_status_number(procbuf_status status);

#ifdef __cplusplus
}
#endif

#endif
