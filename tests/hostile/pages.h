/* pages.h - what must hold of the pages of any bytes that are taken for a
 * stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_HOSTILE_PAGES_H
#define QEVM_TESTS_HOSTILE_PAGES_H

#include <glib.h>

/* Writes all pages to memory, out of a file and, if the bytes are few, out of a
 * pipe: nothing goes where it does not belong, and both give the same. */
void exercise_pages(GBytes *bytes);

#endif
