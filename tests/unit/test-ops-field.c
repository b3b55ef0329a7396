/* test-ops-field.c - rules that add, remove and retype fields.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-stream.h"

static const struct good_case good_cases[] = {
    { "add-field/last",
      R("add-field", AT(D) ", \"name\": \"n\", \"type\": \"uint16\", "
                           "\"value\": 5"),
      D "//n: - -> 5 [lossless]", "dev", HEAD DEV "0005" SUB INDEX },
    { "add-field/zero",
      R("add-field", AT(D "//") ", \"name\": \"n\", \"type\": \"uint16\", "
                                "\"count\": 2"),
      D "//n: - -> hex:00000000 [lossless]", "dev",
      HEAD DEV "00000000" SUB INDEX },
    { "add-field/before",
      R("add-field", AT(D) ", \"name\": \"n\", \"type\": \"bool\", "
                           "\"before\": \"a\", \"value\": true"),
      D "//n: - -> true [lossless]", "dev", HEAD "01" DEV SUB INDEX },
    { "add-field/after-several",
      R("add-field",
        AT(D) ", \"after\": \"arr\", \"fields\": [{\"name\": \"m\", "
              "\"type\": \"uint8\", \"value\": " EXPR(
                  "$\\\"a\\\"") "}, {\"name\": \"n\", \"type\": \"buffer\", "
                                "\"size\": 3, \"value\": \"xy\"}]"),
      D "//m: - -> 1 [lossless]\n" D "//n: - -> hex:787900 [lossless]", "dev",
      HEAD A ARR "01787900" S Q BUF FLAG SUB INDEX },
    { "add-field/struct",
      R("add-field", AT(D "//s") ", \"name\": \"z\", \"type\": \"uint8\", "
                                 "\"after\": \"x\", \"value\": 255"),
      D "//s/z: - -> 255 [lossless]", "dev",
      HEAD A ARR "11ff22" Q BUF FLAG SUB INDEX },
    { "add-field/subsection",
      R("add-field", AT(D "//{dev/sub}") ", \"name\": \"z\", \"type\": "
                                         "\"nullptr\""),
      D "//{dev/sub}/z: - -> null [lossless]", "dev", HEAD DEV SUB INDEX "30" },
    { "add-field/structs",
      R("add-field", AT(D "//q[*]") ", \"name\": \"z\", \"type\": \"uint8\", "
                                    "\"value\": " EXPR("$\\\"marker\\\"")),
      D "//q[0]/z: - -> 2 [lossless]\n" D "//q[1]/z: - -> 1 [lossless]", "dev",
      HEAD A ARR S "02aa0201bb01" BUF FLAG SUB INDEX },
    { "remove-field/equal", R("remove-field", AT(D "//a") ", \"if-equals\": 1"),
      D "//a: 1 -> - [default]", "dev", HEAD ARR S Q BUF FLAG SUB INDEX },
    { "remove-field/lossy", R("remove-field", AT(D "//a") ", \"if-equals\": 2"),
      D "//a: 1 -> - [lossy] value 1 is dropped; differs from \"if-equals\"",
      "dev", HEAD ARR S Q BUF FLAG SUB INDEX },
    { "remove-field/array-equal",
      BOTH(R("set", AT(D "//arr[*]") ", \"value\": 1, \"class\": \"stated\""),
           R("remove-field", AT(D "//arr") ", \"if-equals\": 1")),
      D "//arr[0]: 0 -> 1 [stated]\n" D "//arr[2]: 2 -> 1 [stated]\n" D
        "//arr[3]: 3 -> 1 [stated]\n" D
        "//arr: hex:0001000100010001 -> - [default]",
      "dev", HEAD A S Q BUF FLAG SUB INDEX },
    { "remove-field/struct-equal",
      R("remove-field", AT(D "//s") ", \"if-equals\": {\"x\": 17, \"y\": "
                                    "\"0x22\"}"),
      D "//s: hex:1122 -> - [default]", "dev",
      HEAD A ARR Q BUF FLAG SUB INDEX },
    { "remove-field/struct-hex",
      R("remove-field", AT(D "//s") ", \"if-equals\": " HEX("1122")),
      D "//s: hex:1122 -> - [default]", "dev",
      HEAD A ARR Q BUF FLAG SUB INDEX },
    { "remove-field/struct-part",
      R("remove-field", AT(D "//s") ", \"if-equals\": {\"x\": 17}"),
      D "//s: hex:1122 -> - [lossy] value hex:1122 is dropped; `y` is not in "
        "\"if-equals\"",
      "dev", HEAD A ARR Q BUF FLAG SUB INDEX },
    { "remove-field/structs",
      R("remove-field", AT(D "//q") ", \"if-equals\": {\"marker\": 2, "
                                    "\"v\": 170}"),
      D "//q: hex:02aa01bb -> - [lossy] value hex:02aa01bb is dropped; "
        "`marker` differs from \"if-equals\"",
      "dev", HEAD A ARR S BUF FLAG SUB INDEX },
    { "remove-field/structs-equal",
      BOTH(R("set", AT(D "//q[*]/*") ", \"value\": 5"),
           R("remove-field", AT(D "//q") ", \"if-equals\": {\"marker\": 5, "
                                         "\"*\": 5}")),
      D "//q[0]/marker: 2 -> 5 [stated]\n" D "//q[0]/v: 170 -> 5 [stated]\n" D
        "//q[1]/marker: 1 -> 5 [stated]\n" D "//q[1]/v: 187 -> 5 [stated]\n" D
        "//q: hex:05050505 -> - [default]",
      "dev", HEAD A ARR S BUF FLAG SUB INDEX },
    { "remove-field/struct-scalar",
      R("remove-field", AT(D "//s") ", \"if-equals\": 17"),
      D "//s: hex:1122 -> - [lossy] value hex:1122 is dropped; `y` differs "
        "from \"if-equals\"",
      "dev", HEAD A ARR Q BUF FLAG SUB INDEX },
    { "retype/same-size",
      R("retype", AT(D "//a") ", \"type\": \"int32\", \"class\": "
                              "\"lossless\""),
      D "//a: 1 -> 1 [lossless]", "dev", HEAD DEV SUB INDEX },
    { "retype/widen",
      R("retype", AT(D "//a") ", \"type\": \"uint64\", \"value\": " EXPR(".")),
      D "//a: 1 -> 1 [stated]", "dev",
      HEAD "0000000000000001" ARR S Q BUF FLAG SUB INDEX },
    { "retype/opaque",
      R("retype", AT("legacy//data") ", \"type\": \"buffer\", \"size\": 2, "
                                     "\"value\": " HEX("0102")),
      "legacy//data: hex:0a0b0c -> hex:0102 [stated]", "legacy",
      "legacy@0 v1 0102" },
};

static const struct bad_case bad_cases[] = {
    { "remove-field/configuration", R("remove-field", AT("configuration//len")),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): configuration//len: of the configuration's "
      "own fields only `name` can be changed, with set" },
    { "add-field/configuration",
      R("add-field", AT("configuration") ", \"name\": \"x\", \"type\": "
                                         "\"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): configuration: of the configuration's own "
      "fields only `name` can be changed, with set" },
    { "add-field/there",
      R("add-field", AT(D) ", \"name\": \"a\", \"type\": \"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev: field `a`: there is a field "
      "`a` already" },
    { "add-field/leaf",
      R("add-field", AT(D "//a") ", \"name\": \"b\", \"type\": \"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev//a: is no struct" },
    { "add-field/structs",
      R("add-field", AT(D "//q") ", \"name\": \"b\", \"type\": \"bool\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev//q: is no struct; name its "
      "elements with [I] or [*]" },
    { "add-field/no-sibling",
      R("add-field", AT(D) ", \"name\": \"b\", \"type\": \"bool\", "
                           "\"after\": \"s/x\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-field): 0000:00:01.0/dev: `s/x` is no field of it" },
    { "add-field/legacy",
      R("add-field", AT("legacy") ", \"name\": \"b\", \"type\": \"bool\""),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (add-field): legacy: the section is described as nothing but "
      "bytes; use retype on its `data`" },
    { "remove-field/element", R("remove-field", AT(D "//arr[1]")),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//arr[1]: is an element; use "
      "remove-element" },
    { "remove-field/legacy", R("remove-field", AT("legacy//data")),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (remove-field): legacy//data: the section is described as "
      "nothing but bytes; use retype on its `data`" },
    { "remove-field/run", R("remove-field", AT(D "//q[1]")), QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//q[1]: is an element; use "
      "remove-element" },
    { "remove-field/if-equals-field",
      R("remove-field", AT(D "//s") ", \"if-equals\": {\"z\": 0}"),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): 0000:00:01.0/dev//s: \"if-equals\": no field "
      "`z` in 0000:00:01.0/dev//s; there are: x, y" },
    { "retype/size", R("retype", AT(D "//a") ", \"type\": \"uint8\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (retype): 0000:00:01.0/dev//a: has 4 "
      "bytes; a type of 1 needs a \"value\"" },
    { "retype/struct",
      R("retype", AT(D "//s") ", \"type\": \"uint16\", \"value\": 0"),
      QEVM_ERROR_RULE,
      "r: rule 1 (retype): 0000:00:01.0/dev//s: is no leaf, it has fields" },
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_good_cases("/ops-field/", good_cases, G_N_ELEMENTS(good_cases));
    add_bad_cases("/ops-field/", bad_cases, G_N_ELEMENTS(bad_cases));
    return g_test_run();
}
