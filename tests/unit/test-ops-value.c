/* test-ops-value.c - rules that give values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-stream.h"

static const struct good_case good_cases[] = {
    { "set/int", R("set", AT(D "//a") ", \"value\": 2"),
      D "//a: 1 -> 2 [stated]", "dev",
      HEAD "00000002" ARR S Q BUF FLAG SUB INDEX },
    { "set/string-number", R("set", AT(D "//a") ", \"value\": \"0xffffffff\""),
      D "//a: 1 -> 4294967295 [stated]", "dev",
      HEAD "ffffffff" ARR S Q BUF FLAG SUB INDEX },
    { "set/equal", R("set", AT(D "//a") ", \"value\": 1"), "", "dev",
      HEAD DEV SUB INDEX },
    { "set/expr",
      R("set", AT(D "//s/y") ", \"value\": " EXPR(". + $\\\"x\\\"")),
      D "//s/y: 34 -> 51 [stated]", "dev",
      HEAD A ARR "1133" Q BUF FLAG SUB INDEX },
    { "set/bool", R("set", AT(D "//flag") ", \"value\": false"),
      D "//flag: true -> false [stated]", "dev",
      HEAD A ARR S Q BUF "00" SUB INDEX },
    { "set/text", R("set", AT(D "//buf") ", \"value\": \"defg\""),
      D "//buf: \"abc\" -> \"defg\" [stated]", "dev",
      HEAD A ARR S Q "6465666700000000" FLAG SUB INDEX },
    { "set/element", R("set", AT(D "//arr[2]") ", \"value\": 9"),
      D "//arr[2]: 2 -> 9 [stated]", "dev",
      HEAD A "0000000100090003" S Q BUF FLAG SUB INDEX },
    { "set/elements", R("set", AT(D "//arr[*]") ", \"value\": 1"),
      D "//arr[0]: 0 -> 1 [stated]\n" D "//arr[2]: 2 -> 1 [stated]\n" D
        "//arr[3]: 3 -> 1 [stated]",
      "dev", HEAD A "0001000100010001" S Q BUF FLAG SUB INDEX },
    { "set/array",
      R("set", AT(D "//arr") ", \"value\": " HEX("0004000300020001")),
      D "//arr: hex:0000000100020003 -> hex:0004000300020001 [stated]", "dev",
      HEAD A "0004000300020001" S Q BUF FLAG SUB INDEX },
    { "set/when",
      R("set", AT(D "//q[*]/marker") ", \"value\": 1, \"when\": \". == 2\""),
      D "//q[0]/marker: 2 -> 1 [stated]", "dev",
      HEAD A ARR S "01aa01bb" BUF FLAG SUB INDEX },
    { "set/when-sibling",
      R("set", AT(D "//q[*]/v") ", \"value\": 0, \"when\": "
                                "\"$\\\"marker\\\" == 1 && version == 3\""),
      D "//q[1]/v: 187 -> 0 [stated]", "dev",
      HEAD A ARR S "02aa0100" BUF FLAG SUB INDEX },
    { "set/when-measures",
      R("set",
        AT(D "//{dev/sub}/index") ", \"value\": 8, \"when\": \"version == 1 "
                                  "&& size(.) == 4 && count($\\\"//arr\\\") "
                                  "== 4 && size($\\\"//arr\\\") == 8 && "
                                  "exists($\\\"//s/x\\\") && "
                                  "!exists($\\\"none\\\")\""),
      D "//{dev/sub}/index: 7 -> 8 [stated]", "dev", HEAD DEV SUB "00000008" },
    { "set/subsection-version",
      R("set", AT(D "//{dev/sub}/.version_id") ", \"value\": 2"),
      D "//{dev/sub}/.version_id: 1 -> 2 [lossless]", "dev",
      HEAD DEV "05076465762f73756200000002" INDEX },
    { "set/version", R("set", AT(D "//.version_id") ", \"value\": \"2\""),
      D "//.version_id: 3 -> 2 [lossless]", "dev", D "@0 v2 " DEV SUB INDEX },
    { "set/instance",
      R("set", AT("twin@1//.instance_id") ", \"value\": " EXPR(". + 1")),
      "twin@1//.instance_id: 1 -> 2 [lossless]", "twin", "twin@0 v1 ffff" },
    { "set/machine",
      R("set", AT("configuration//name") ", \"value\": \"pc-9.10\""),
      "configuration//name: \"pc-1.0\" -> \"pc-9.10\" [stated]",
      "configuration", "configuration@0 v0 0000000770632d392e3130" },
    { "set/all-twins", R("set", AT("twin@*//t") ", \"value\": -2"),
      "twin@0//t: -1 -> -2 [stated]\ntwin@1//t: 2 -> -2 [stated]", "twin",
      "twin@0 v1 fffe" },
    { "set/optional",
      BOTH(R("set", AT(D "//none") ", \"value\": 1, \"optional\": true"),
           BOTH(R("set", AT("none//a") ", \"value\": 1, \"optional\": true"),
                R("set", AT(D "//a") ", \"value\": 2, \"when\": \"false\", "
                                     "\"optional\": true"))),
      "", "dev", HEAD DEV SUB INDEX },
    { "set-bytes/mask",
      R("set-bytes", AT(D "//a") ", \"value\": " HEX(
                         "ff0000ff") ", \"mask\": " HEX("f000000e")),
      D "//a: 1 -> 4026531855 [stated]", "dev",
      HEAD "f000000f" ARR S Q BUF FLAG SUB INDEX },
    { "set-bytes/part",
      R("set-bytes", AT(D "//arr") ", \"value\": " HEX("ffff") ", \"index\": "
                                                               "3"),
      D "//arr: hex:0000000100020003 -> hex:000000ffff020003 [stated]", "dev",
      HEAD A "000000ffff020003" S Q BUF FLAG SUB INDEX },
    { "map/elements",
      R("map",
        AT(D "//arr[*]") ", \"value\": " EXPR(". * 2 + $\\\"arr[3]\\\"")),
      D "//arr[0]: 0 -> 3 [stated]\n" D "//arr[1]: 1 -> 5 [stated]\n" D
        "//arr[2]: 2 -> 7 [stated]\n" D "//arr[3]: 3 -> 9 [stated]",
      "dev", HEAD A "0003000500070009" S Q BUF FLAG SUB INDEX },
};

static const struct bad_case bad_cases[] = {
    { "when/type", R("set", AT(D "//a") ", \"value\": 1, \"when\": \". + 1\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//a: \"when\": column 3: expected a "
      "condition, not an integer" },
    { "set/struct", R("set", AT(D "//s") ", \"value\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//s: is no leaf, it has fields" },
    { "set/array", R("set", AT(D "//arr") ", \"value\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//arr: is an array of 4; name an "
      "element with [I] or all with [*]" },
    { "set/range", R("set", AT(D "//s/x") ", \"value\": 256"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//s/x: 256 does not fit the 8 bits "
      "of `uint8`" },
    { "set/kind", R("set", AT(D "//a") ", \"value\": true"), QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//a: `uint32` wants an integer or "
      "hex:.., not a boolean" },
    { "set/live", R("set", AT("ram//.mem_size") ", \"value\": 1"),
      QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (set): ram//.mem_size: the payload of an iterative section "
      "cannot be changed field by field" },
    { "set/section-id", R("set", AT(D "//.section_id") ", \"value\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//.section_id: is chosen by qevm and "
      "cannot be set" },
    { "set/fact-kind", R("set", AT(D "//.version_id") ", \"value\": null"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set): 0000:00:01.0/dev//.version_id: `uint32` wants an "
      "integer or hex:.., not null" },
    { "set/configuration-len",
      R("set", AT("configuration//len") ", \"value\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set): configuration//len: of the configuration's own fields "
      "only `name` can be changed, with set" },
    { "set/machine-empty",
      R("set", AT("configuration//name") ", \"value\": \"\""), QEVM_ERROR_RULE,
      "r: rule 1 (set): configuration//name: a machine type has 1 to 255 "
      "bytes, not 0" },
    { "set-bytes/length", R("set-bytes", AT(D "//a") ", \"value\": " HEX("00")),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-bytes): 0000:00:01.0/dev//a: 1 bytes do not fit 4 bytes "
      "from 0" },
    { "set-bytes/beyond",
      R("set-bytes", AT(D "//a") ", \"index\": 4, \"value\": " HEX("00")),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-bytes): 0000:00:01.0/dev//a: 1 bytes do not fit 4 bytes "
      "from 4" },
    { "map/overflow", R("map", AT(D "//arr[*]") ", \"value\": " EXPR(". - 1")),
      QEVM_ERROR_RULE,
      "r: rule 1 (map): 0000:00:01.0/dev//arr[0]: -1 does not fit the 16 bits "
      "of `uint16`" },
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_good_cases("/ops-value/", good_cases, G_N_ELEMENTS(good_cases));
    add_bad_cases("/ops-value/", bad_cases, G_N_ELEMENTS(bad_cases));
    return g_test_run();
}
