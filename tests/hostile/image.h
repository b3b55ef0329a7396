/* image.h - what RAM holds when all page records were loaded, and whether an
 * edit made of it what its map of blocks says.
 *
 * Read here in the plainest way, for comparison with what the library does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_HOSTILE_IMAGE_H
#define QEVM_TESTS_HOSTILE_IMAGE_H

#include "rewrite/edit.h"

/* Does RAM of the rewritten stream hold what that of the source held, moved as
 * the map of the edit says? exercise_fail() if not. Nothing is said of streams
 * with other sections among the pages, packed pages, or two sizes of pages of
 * which one is not known. */
void image_check(GBytes *source, GBytes *result, const QevmEdit *edit);

#endif
