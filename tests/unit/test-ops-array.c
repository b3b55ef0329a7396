/* test-ops-array.c - rules for the number of elements of arrays and lists.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-stream.h"

static const struct good_case good_cases[] = {
    { "resize-array/grow",
      R("resize-array", AT(D "//arr") ", \"count\": 6, \"value\": 5"),
      D "//arr: hex:0000000100020003 -> hex:000000010002000300050005 "
        "[lossless]",
      "dev", HEAD A ARR "00050005" S Q BUF FLAG SUB INDEX },
    { "resize-array/shrink",
      R("resize-array", AT(D "//arr") ", \"count\": 1, \"if-equals\": 0"),
      D "//arr: hex:0000000100020003 -> hex:0000 [lossy] elements from [1], "
        "hex:000100020003, are dropped",
      "dev", HEAD A "0000" S Q BUF FLAG SUB INDEX },
    { "resize-array/shrink-grow",
      BOTH(R("resize-array", AT(D "//arr") ", \"count\": 1"),
           R("resize-array", AT(D "//arr") ", \"count\": 2")),
      D "//arr: hex:0000000100020003 -> hex:0000 [lossy] elements from [1], "
        "hex:000100020003, are dropped\n" D
        "//arr: hex:0000 -> hex:00000000 [lossless]",
      "dev", HEAD A "00000000" S Q BUF FLAG SUB INDEX },
    { "resize-array/field",
      BOTH(R("resize-array", AT(D "//a") ", \"count\": 2"),
           R("set", AT(D "//a[1]") ", \"value\": 7")),
      D "//a: hex:00000001 -> hex:0000000100000000 [lossless]\n" D
        "//a[1]: 0 -> 7 [stated]",
      "dev", HEAD A "00000007" ARR S Q BUF FLAG SUB INDEX },
    { "resize-array/none",
      R("resize-array", AT(D "//arr") ", \"count\": 0, \"if-equals\": " HEX(
                            "0000000100020003")),
      D "//arr: hex:0000000100020003 -> - [default]", "dev",
      HEAD A S Q BUF FLAG SUB INDEX },
    { "add-element/end", R("add-element", AT(D "//arr") ", \"value\": 4"),
      D "//arr: hex:0000000100020003 -> hex:00000001000200030004 [lossless]",
      "dev", HEAD A ARR "0004" S Q BUF FLAG SUB INDEX },
    { "add-element/index",
      R("add-element",
        AT(D "//arr") ", \"index\": 1, \"value\": " EXPR("$\\\"a\\\" + 8")),
      D "//arr: hex:0000000100020003 -> hex:00000009000100020003 [lossless]",
      "dev", HEAD A "00000009000100020003" S Q BUF FLAG SUB INDEX },
    { "remove-element/equal",
      R("remove-element", AT(D "//arr") ", \"index\": 1, \"if-equals\": 1"),
      D "//arr: hex:0000000100020003 -> hex:000000020003 [default]", "dev",
      HEAD A "000000020003" S Q BUF FLAG SUB INDEX },
    { "remove-element/lossy",
      R("remove-element", AT(D "//arr") ", \"index\": 3"),
      D "//arr: hex:0000000100020003 -> hex:000000010002 [lossy] elements "
        "from [3], hex:0003, are dropped",
      "dev", HEAD A "000000010002" S Q BUF FLAG SUB INDEX },
};

static const struct bad_case bad_cases[] = {
    { "resize-array/if-equals",
      R("resize-array",
        AT(D "//arr") ", \"count\": 1, \"if-equals\": {\"x\": 0}"),
      QEVM_ERROR_RULE,
      "r: rule 1 (resize-array): 0000:00:01.0/dev//arr: has values for "
      "elements; \"if-equals\" must be one value" },
    { "add-element/fields",
      R("add-element", AT(D "//arr") ", \"fields\": [{\"name\": \"x\", "
                                     "\"type\": \"bool\"}]"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-element): 0000:00:01.0/dev//arr: \"fields\" are for "
      "lists" },
    { "resize-array/large",
      R("resize-array", AT(D "//arr") ", \"count\": 16777216"),
      QEVM_ERROR_LIMIT,
      "r: rule 1 (resize-array): 0000:00:01.0/dev//arr: the array would have "
      "more than 16777216 bytes" },
    { "add-element/index", R("add-element", AT(D "//arr") ", \"index\": 5"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-element): 0000:00:01.0/dev//arr: has 4 elements, there "
      "is no place 5" },
    { "remove-element/index",
      R("remove-element", AT(D "//arr") ", \"index\": 4"), QEVM_ERROR_RULE,
      "r: rule 1 (remove-element): 0000:00:01.0/dev//arr: has 4 elements, "
      "there is no place 4" },
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_good_cases("/ops-array/", good_cases, G_N_ELEMENTS(good_cases));
    add_bad_cases("/ops-array/", bad_cases, G_N_ELEMENTS(bad_cases));
    return g_test_run();
}
