# SPDX-License-Identifier: Apache-2.0 OR MIT
# Flags that every compilation of the project has, in every variant and in lint.

warning_flags := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes
include_flags := -Ifuzz -Ilib/include -Ilib/port/host -Ilib/test -Ibuild/generated
common_flags := -std=c11 $(warning_flags) $(include_flags)

# For repro/ alone: folders and options. The rest is plain C.
hosted_flags := -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64

# By the columns access and build of ci/build/variants.txt and ci/shapes/shapes.txt.
access_watched := -DPROCBUF_ACCESS_HEADER='"machine/access.h"'
access_plain :=
build_checked := -DPROCBUF_CHECKED=1
# In the testbed no file but the library's own has code of it, so that a planted bug is wherever it is called; but for the variants that are for that.
build_lean := -DPROCBUF_CHECKED=0 -DPROCBUF_INLINE=0
build_inline := -DPROCBUF_CHECKED=0 -DPROCBUF_INLINE=1
