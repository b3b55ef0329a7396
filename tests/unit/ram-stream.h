/* ram-stream.h - parts of streams with pages of RAM, in the notation of
 * builder.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_RAM_STREAM_H
#define QEVM_TESTS_UNIT_RAM_STREAM_H

#include "tests/unit/builder.h"

#define LEN "0000000000001000 "
#define TOTAL(n) "000000000000" n "004 "

/* Blocks pc.ram of three 4 KiB pages and vga of one. The first record of what
 * follows stands at 0x81. */
#define BITS "05 'configuration/target-page-bits' 00000001 0000000c "
#define HEAD                                                                   \
    HEADER MACHINE BITS START_RAM TOTAL("4") "'pc.ram' 0000000000003000 "      \
                                             "'vga' " LEN EOS                  \
                                             FOOTER(ID_RAM)
#define PARTS(records)                                                         \
    HEAD PART(ID_RAM)                                                          \
    records EOS FOOTER(ID_RAM)
#define ENDS END(ID_RAM) EOS FOOTER(ID_RAM) "00"
#define W(low) "000000000000" low " "

#endif
