// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "procbuf/status.h"

const char *procbuf_status_name(procbuf_status status) {
  static const char *const names[] = {"OK",        "FAIL",     "BUSY",        "ALREADY", "OFF",
                                      "RESERVE",   "INVAL",    "SIZE",        "CANCEL",  "NOMEM",
                                      "NOSUPPORT", "NODEVICE", "UNINSTALLED", "NOACK"};
  if (status == PROCBUF_NOSUCHAPP) return "NOSUCHAPP";
  unsigned number = (unsigned)status;
  return number < sizeof names / sizeof names[0] ? names[number] : "?";
}
