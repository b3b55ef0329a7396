/* test-ops-section.c - rules for sections, subsections and their headers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-stream.h"

static const struct good_case good_cases[] = {
    { "set-version/section", R("set-version", AT(D) ", \"version\": 4"),
      D ": 3 -> 4 [lossless]", "dev", D "@0 v4 " DEV SUB INDEX },
    { "set-version/subsection",
      R("set-version", AT(D "//{dev/sub}") ", \"version\": 2"),
      D "//{dev/sub}: 1 -> 2 [lossless]", "dev",
      HEAD DEV "05076465762f73756200000002" INDEX },
    { "set-instance/section",
      R("set-instance", AT("twin@0") ", "
                                     "\"instance\": \"0x80000000\""),
      "twin@0: 0 -> 2147483648 [lossless]", "twin", "twin@2147483648 v1 ffff" },
    { "rename-section/device",
      R("rename-section", AT(D) ", \"to\": \"0000:00:02.0/dev\""),
      D ": " D " -> 0000:00:02.0/dev [lossless]", "dev",
      "0000:00:02.0/dev@0 v3 " DEV SUB INDEX },
    { "rename-section/twins",
      R("rename-section", AT("twin@*") ", \"to\": \"pair\""),
      "twin@0: twin -> pair [lossless]\ntwin@1: twin -> pair [lossless]",
      "pair", "pair@0 v1 ffff" },
    { "add-section/fields",
      R("add-section",
        "\"to\": \"0000:00:09.0/new\", \"version\": 2, \"instance\": 1, "
        "\"fields\": [{\"name\": \"x\", \"type\": \"uint16\", \"value\": "
        "258}]"),
      "0000:00:09.0/new: - -> version 2 [lossless]\n0000:00:09.0/new//x: - -> "
      "258 [lossless]",
      "new", "0000:00:09.0/new@1 v2 0102" },
    { "add-section/empty", R("add-section", "\"to\": \"none\", \"version\": 1"),
      "none: - -> version 1 [lossless]", "none", "none@0 v1 " },
    { "add-section/then-edit",
      BOTH(R("add-section", "\"to\": \"new\", \"version\": 1"),
           BOTH(R("add-field", AT("new") ", \"name\": \"x\", \"type\": "
                                         "\"uint8\", \"value\": 1"),
                BOTH(R("add-subsection",
                       AT("new") ", \"to\": \"new/s\", \"version\": 1"),
                     R("set-version", AT("new") ", "
                                                "\"version\": 2")))),
      "new: - -> version 1 [lossless]\nnew//x: - -> 1 "
      "[lossless]\nnew//{new/s}: - -> version 1 [lossless]\nnew: 1 -> 2 "
      "[lossless]",
      "new", "new@0 v2 0105056e65772f7300000001" },
    { "add-section/configuration",
      BOTH(R("drop-section", AT("configuration")),
           BOTH(R("add-section", "\"to\": \"configuration\", \"fields\": "
                                 "[{\"name\": \"name\", \"value\": \"q35\"}]"),
                R("add-subsection",
                  AT("configuration") ", \"to\": "
                                      "\"configuration/target-page-bits\", "
                                      "\"version\": 1, \"fields\": [{\"name\": "
                                      "\"target_page_bits\", \"type\": "
                                      "\"uint32\", \"value\": 12}]"))),
      "configuration: 10 bytes -> - [default]\nconfiguration: - -> \"q35\" "
      "[lossless]\nconfiguration//{configuration/target-page-bits}: - -> "
      "version 1 "
      "[lossless]\nconfiguration//{configuration/target-page-bits}/"
      "target_page_bits: - -> 12 [lossless]",
      "configuration",
      "configuration@0 v0 "
      "00000003713335051e636f6e66696775726174696f6e2f7461726765742d706167652d62"
      "697473000000010000000c" },
    { "drop-section/lossy", R("drop-section", AT("legacy")),
      "legacy: 3 bytes -> - [lossy] the section, 3 bytes, is dropped", "legacy",
      "" },
    { "drop-section/equal",
      R("drop-section", AT("legacy") ", \"if-equals\": " HEX("0a0b0c")),
      "legacy: 3 bytes -> - [default]", "legacy", "" },
    { "drop-section/fields-equal",
      R("drop-section", AT("twin@1") ", \"if-equals\": {\"t\": 2}"),
      "twin@1: 2 bytes -> - [default]", "twin", "twin@0 v1 ffff" },
    { "drop-section/fields-differ",
      R("drop-section", AT("twin@0") ", \"if-equals\": {\"t\": 2}"),
      "twin@0: 2 bytes -> - [lossy] the section, 2 bytes, is dropped; `t` "
      "differs from \"if-equals\"",
      "twin", "twin@1 v1 0002" },
    { "add-subsection/field",
      R("add-subsection",
        AT(D) ", \"to\": \"dev/add\", \"version\": 2, \"fields\": "
              "[{\"name\": \"i\", \"type\": \"uint8\", \"value\": 9}]"),
      D "//{dev/add}: - -> version 2 [lossless]\n" D
        "//{dev/add}/i: - -> 9 [lossless]",
      "dev",
      HEAD DEV SUB INDEX "05076465762f61646400000002"
                         "09" },
    { "add-subsection/struct",
      R("add-subsection", AT(D "//s") ", \"to\": \"inner_s\", \"version\": "
                                      "1"),
      D "//s/{inner_s}: - -> version 1 [lossless]", "dev",
      HEAD A ARR S "0507696e6e65725f7300000001" Q BUF FLAG SUB INDEX },
    { "strip-subsection/equal",
      R("strip-subsection", AT(D "//{dev/sub}") ", \"if-equals\": "
                                                "{\"index\": 7}"),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [default]",
      "dev", HEAD DEV },
    { "strip-subsection/value",
      R("strip-subsection", AT(D "//{dev/sub}") ", \"if-equals\": 7"),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [default]",
      "dev", HEAD DEV },
    { "strip-subsection/others",
      R("strip-subsection", AT(D "//{dev/sub}") ", \"if-equals\": "
                                                "{\"*\": 7}"),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [default]",
      "dev", HEAD DEV },
    { "strip-subsection/bytes",
      R("strip-subsection",
        AT(D "//{dev/sub}") ", \"if-equals\": " HEX("00000007")),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [default]",
      "dev", HEAD DEV },
    { "strip-subsection/expression",
      R("strip-subsection",
        AT(D "//{dev/sub}") ", \"if-equals\": " EXPR("version + 6")),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [default]",
      "dev", HEAD DEV },
    { "strip-subsection/lossy", R("strip-subsection", AT(D "//{dev/sub}")),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [lossy] the "
        "subsection is dropped",
      "dev", HEAD DEV },
    { "strip-subsection/differs",
      R("strip-subsection", AT(D "//{dev/sub}") ", \"if-equals\": "
                                                "{\"index\": 8}"),
      D "//{dev/sub}: hex:05076465762f7375620000000100000007 -> - [lossy] the "
        "subsection is dropped; `index` differs from \"if-equals\"",
      "dev", HEAD DEV },
};

static const struct bad_case bad_cases[] = {
    { "set-version/configuration",
      R("set-version", AT("configuration") ", \"version\": 1"), QEVM_ERROR_RULE,
      "r: rule 1 (set-version): configuration: the configuration has no "
      "version" },
    { "set-version/subsection",
      R("set-version", AT(D "//{dev/sub}") ", \"version\": 256"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-version): 0000:00:01.0/dev//{dev/sub}: the version of a "
      "subsection must be below 256" },
    { "set-instance/there", R("set-instance", AT("twin@0") ", \"instance\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (set-instance): twin@0: there is an instance 1 already" },
    { "rename-section/there",
      R("rename-section", AT("legacy") ", \"to\": \"twin\""), QEVM_ERROR_RULE,
      "r: rule 1 (rename-section): legacy: there is a section `twin` "
      "already" },
    { "rename-section/configuration",
      R("rename-section", AT("configuration") ", \"to\": \"x\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (rename-section): configuration: the configuration has no "
      "idstr" },
    { "add-section/there",
      R("add-section", "\"to\": \"twin\", \"instance\": 1, \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-section): there is a section `twin` already" },
    { "add-section/before-configuration",
      R("add-section", "\"to\": \"x\", \"version\": 1, \"before\": "
                       "\"configuration\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-section): nothing can stand before the configuration" },
    { "add-section/beside-several",
      R("add-section", "\"to\": \"x\", \"version\": 1, \"before\": "
                       "\"twin@*\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-section): \"before\": `twin@*` names 2 sections" },
    { "move-section/live",
      R("move-section", AT("ram") ", \"after\": \"legacy\""), QEVM_ERROR_RULE,
      "r: rule 1 (move-section): ram: only device sections can be moved, and "
      "only among each other" },
    { "move-section/itself",
      R("move-section", AT("legacy") ", \"after\": \"legacy\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (move-section): legacy: cannot be put beside itself" },
    { "add-subsection/name",
      R("add-subsection", AT(D) ", \"to\": \"x/y\", \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): 0000:00:01.0/dev: the name of its "
      "subsections must begin with `dev`, `x/y` does not" },
    { "add-subsection/there",
      R("add-subsection", AT(D) ", \"to\": \"dev/sub\", \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): 0000:00:01.0/dev: there is a subsection "
      "`dev/sub` already" },
    { "add-subsection/claimed",
      R("add-subsection", AT(D) ", \"to\": \"dev/subset\", \"version\": 1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): 0000:00:01.0/dev: QEMU would look for "
      "`dev/subset` among the subsections of `dev/sub`, which is loaded just "
      "before it" },
    { "add-subsection/legacy",
      R("add-subsection", AT("legacy") ", \"to\": \"legacy/x\", \"version\": "
                                       "1"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-subsection): legacy: is nothing that has "
      "subsections" },
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_good_cases("/ops-section/", good_cases, G_N_ELEMENTS(good_cases));
    add_bad_cases("/ops-section/", bad_cases, G_N_ELEMENTS(bad_cases));
    return g_test_run();
}
