// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/status.h"

const char *procbuf_status_name(procbuf_status status) {
  /* One behind the other, by number: a table of pointers would be half as large again. */
  static const char names[] = "OK\0FAIL\0BUSY\0ALREADY\0OFF\0RESERVE\0INVAL\0SIZE\0CANCEL\0NOMEM\0"
                              "NOSUPPORT\0NODEVICE\0UNINSTALLED\0NOACK";
  if (status == PROCBUF_NOSUCHAPP) return "NOSUCHAPP";
  unsigned number = (unsigned)status;
  if (number > PROCBUF_NOACK) return "?";
  const char *name = names;
  for (; number > 0; name++)
    if (*name == 0) number--;
  return name;
}
