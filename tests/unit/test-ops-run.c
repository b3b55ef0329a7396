/* test-ops-run.c - elements of arrays of structs and of lists, on the wire and
 * in the description.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/unit/edit-stream.h"

/* ---- the section: descriptions have ' for ", to be readable here ---- */

#define LEAF(name, type, size)                                                 \
    "{'name': '" name "', 'type': '" type "', 'size': " size "}"
#define U8(name) LEAF(name, "uint8", "1")
#define W LEAF("w", "uint16", "2")
#define INSIDE(name, version, fields)                                          \
    "'vmsd_name': '" name "', 'version': " version ", 'fields': [" fields "]"
#define STRUCT(keys, inside, size)                                             \
    "{'name': " keys ", 'type': 'struct', 'struct': {" inside                  \
    "}, 'size': " size "}"
#define LIST(name, insides, size)                                              \
    "{'name': '" name "', 'type': 'qtailq', " insides ", 'size': " size "}"

/* An array of one, or a struct. */
#define ONE_TEXT STRUCT("'one'", INSIDE("o", "1", U8("x")), "1")
#define ONE "09"
/* One object. */
#define FEW_TEXT(count)                                                        \
    STRUCT("'few', 'array_len': " count,                                       \
           INSIDE("f", "1", W ", " LEAF("l", "qtailq", "1")), "3")
#define FEW "000100000200"
/* An object each: of QEMU up to 9.2, 10.0, 11.x. */
#define V(keys) STRUCT(keys, INSIDE("a", "1", U8("v")), "1")
#define ALL_TEXT V("'all', 'index': 0") ", " V("'all', 'index': 1")
#define ALL "a1a2"
#define BUT_TEXT V("'but', 'index': 0") ", " V("'but'")
#define BUT "b1b2"
#define ROW0_TEXT(list, size)                                                  \
    STRUCT("'row'",                                                            \
           INSIDE("r", "1", U8("v") ", " LEAF("p", "nullptr", "1") ", " list), \
           size)
#define ROW1_TEXT                                                              \
    STRUCT("'row'",                                                            \
           INSIDE("r", "1", U8("v")) ", 'subsections': [{" INSIDE(             \
               "r/s", "1", U8("i")) "}]",                                      \
           "11")
#define ROW_TEXT                                                               \
    ROW0_TEXT(LIST("l", INSIDE("e", "1", U8("e")), "3"), "5") ", " ROW1_TEXT
#define R_S "0503722f7300000001" /* 05, 3, "r/s", 1 */
#define ROW                                                                    \
    "1130012100"                                                               \
    "22" R_S "33"
/* The second one's marker is 2. */
#define E1 INSIDE("e", "1", U8("e"))
#define E2 INSIDE("e", "2", U8("e") ", " W)
#define LIST_TEXT LIST("list", E1 ", " E2, "7")
#define LIST_BYTES                                                             \
    "0141"                                                                     \
    "02420043"                                                                 \
    "00"
#define NONE_TEXT LEAF("none", "qlist", "1")
#define NONE "00"
/* Pointers: null, not null, and two that are null. */
#define CSS_TEXT                                                               \
    LEAF("css", "nullptr", "1")                                                \
    ", " STRUCT("'css'", INSIDE("c", "1", U8("x")),                            \
                "1") ", {'name': 'css', 'array_len': 2, 'type': 'nullptr', "   \
                     "'size': 1}"
#define CSS "30553030"
#define TREE_TEXT                                                              \
    LEAF("tree", "gtree", "4")                                                 \
    ", " STRUCT("'deep'", INSIDE("d", "1", LEAF("t", "gtree", "4")), "4")
#define TREE "0000000000000000"

#define FIELDS(few, all, but, row)                                             \
    ONE_TEXT ", " few ", " all ", " but ", " row ", " LIST_TEXT ", " NONE_TEXT \
             ", " CSS_TEXT ", " TREE_TEXT

static const char runs_text[] =
    "{'page_size': 4096, 'devices': [{'name': 'runs', 'instance_id': "
    "0, " INSIDE("runs", "1",
                 FIELDS(FEW_TEXT("2"), ALL_TEXT, BUT_TEXT, ROW_TEXT)) "}]}";

static void
put_runs(GByteArray *out)
{
    put_full(out, 4, "runs", 0, 1,
             ONE FEW ALL BUT ROW LIST_BYTES NONE CSS TREE);
}

static char *
json_of(const char *text)
{
    return g_strdelimit(g_strdup(text), "'", '"');
}

static QevmStream *
open_runs(void)
{
    g_autofree char *text = json_of(runs_text);
    g_autoptr(GBytes) bytes = make_stream_with(put_runs, text);

    return open_bytes(bytes);
}

/* ---- rules that work ---- */

#define ADD(path) R("add-element", AT("runs//" path))
#define ADD_AT(path, index)                                                    \
    R("add-element", AT("runs//" path) ", \"index\": " index)
#define RESIZE(path, rest)                                                     \
    R("resize-array", AT("runs//" path) ", \"count\": " rest)
#define REMOVE(path, rest)                                                     \
    R("remove-element", AT("runs//" path) ", \"index\": " rest)
#define SET(path, value) R("set", AT("runs//" path) ", \"value\": " value)
#define NEW_FIELDS                                                             \
    ", \"fields\": [{\"name\": \"e\", \"type\": \"uint8\", \"value\": 5}]"
#define GREW(path, from, to) "runs//" path ": " from " -> " to " [lossless]"
#define FROM(index, bytes)                                                     \
    "elements from [" index "], hex:" bytes ", are dropped"
#define THE_REST LIST_BYTES NONE CSS TREE

static const struct run_case {
    const char *name, *rules, *journal, *bytes;
    const char *text; /* in the new description */
} run_cases[] = {
    { "add/structs", ADD("few"), GREW("few", "2 elements", "3 elements"),
      ONE FEW "000000" ALL BUT ROW THE_REST, FEW_TEXT("3") },
    { "add/structs-front", ADD_AT("few", "0"),
      GREW("few", "2 elements", "3 elements"),
      ONE "000000" FEW ALL BUT ROW THE_REST, FEW_TEXT("3") },
    { "add/single", ADD("one"), GREW("one", "1 element", "2 elements"),
      ONE "00" FEW ALL BUT ROW THE_REST,
      STRUCT("'one', 'array_len': 2", INSIDE("o", "1", U8("x")), "1") },
    { "add/single-front", BOTH(ADD_AT("one", "0"), SET("one[0]/x", "3")),
      GREW("one", "1 element", "2 elements") "\nruns//one[0]/x: 0 -> 3 "
                                             "[stated]",
      "03" ONE FEW ALL BUT ROW THE_REST,
      STRUCT("'one', 'array_len': 2", INSIDE("o", "1", U8("x")), "1") },
    { "add/index-all", ADD_AT("all", "1"),
      GREW("all", "2 elements", "3 elements"),
      ONE FEW "a100a2" BUT ROW THE_REST,
      V("'all', 'index': 0") ", " V("'all', 'index': 1") ", " V(
          "'all', 'index': 2") },
    { "add/index-but-last", ADD("but"), GREW("but", "2 elements", "3 elements"),
      ONE FEW ALL BUT "00" ROW THE_REST,
      V("'but', 'index': 0") ", " V("'but', 'index': 1") ", " V(
          "'but'") ", " ROW_TEXT },
    { "add/index-but-last-front", ADD_AT("but", "0"),
      GREW("but", "2 elements", "3 elements"),
      ONE FEW ALL "00" BUT ROW THE_REST,
      V("'but', 'index': 0") ", " V("'but', 'index': 1") ", " V(
          "'but'") ", " ROW_TEXT },
    { "add/row", ADD("row"), GREW("row", "2 elements", "3 elements"),
      ONE FEW ALL BUT ROW "00" R_S "00" THE_REST, ROW_TEXT ", " ROW1_TEXT },
    { "add/row-list-and-pointer", ADD_AT("row", "1"),
      GREW("row", "2 elements", "3 elements"),
      ONE FEW ALL BUT "1130012100"
                      "003000"
                      "22" R_S "33" THE_REST,
      ROW0_TEXT(LEAF("l", "qtailq", "1"), "3") ", " ROW1_TEXT },
    { "add/row-then-set", BOTH(ADD("row"), SET("row[2]/{r/s}/i", "7")),
      GREW("row", "2 elements",
           "3 elements") "\nruns//row[2]/{r/s}/i: 0 -> 7 [stated]",
      ONE FEW ALL BUT ROW "00" R_S "07" THE_REST, ROW_TEXT ", " ROW1_TEXT },
    { "add/row-of-one",
      BOTH(REMOVE("row", "0, \"if-equals\": {\"v\": 17, \"p\": null, "
                         "\"*\": 33}"),
           ADD("row")),
      "runs//row: 2 elements -> 1 element [default]\n" GREW("row", "1 element",
                                                            "2 elements"),
      ONE FEW ALL BUT "22" R_S "33"
                      "00" R_S "00" THE_REST,
      STRUCT("'row', 'index': 0",
             INSIDE("r", "1", U8("v")) ", 'subsections': [{" INSIDE(
                 "r/s", "1", U8("i")) "}]",
             "11") },
    { "add/list", ADD("list"), GREW("list", "2 elements", "3 elements"),
      ONE FEW ALL BUT ROW "0141"
                          "02420043"
                          "01000000"
                          "00" NONE CSS TREE,
      LIST("list", E1 ", " E2 ", " E2, "11") },
    { "add/list-front", ADD_AT("list", "0"),
      GREW("list", "2 elements", "3 elements"),
      ONE FEW ALL BUT ROW "0100" LIST_BYTES NONE CSS TREE,
      LIST("list", E1 ", " E1 ", " E2, "9") },
    { "add/list-fields",
      R("add-element", AT("runs//list") ", \"index\": 1" NEW_FIELDS),
      GREW("list", "2 elements",
           "3 elements") "\nruns//list[1]/e: - -> 5 [lossless]",
      ONE FEW ALL BUT ROW "0141"
                          "0105"
                          "02420043"
                          "00" NONE CSS TREE,
      LIST("list", E1 ", " E1 ", " E2, "9") },
    { "add/list-of-none",
      BOTH(R("add-element", AT("runs//none") NEW_FIELDS), ADD("none")),
      GREW("none", "0 elements",
           "1 element") "\nruns//none[0]/e: - -> 5 [lossless]\n" GREW("none",
                                                                      "1 "
                                                                      "element",
                                                                      "2 "
                                                                      "element"
                                                                      "s"),
      ONE FEW ALL BUT ROW LIST_BYTES "01050100"
                                     "00" CSS TREE,
      "{'name': 'none', 'type': 'qlist', " INSIDE(
          "none", "1", U8("e")) ", " INSIDE("none", "1",
                                            U8("e")) ", 'size': 5}" },
    { "add/pattern", ADD("a*"), GREW("all", "2 elements", "3 elements"),
      ONE FEW ALL "00" BUT ROW THE_REST, V("'all', 'index': 2") },
    { "resize/structs", RESIZE("few", "4"),
      GREW("few", "2 elements", "4 elements"),
      ONE FEW "000000000000" ALL BUT ROW THE_REST, FEW_TEXT("4") },
    { "resize/structs-same", RESIZE("few", "2"), "",
      ONE FEW ALL BUT ROW THE_REST, FEW_TEXT("2") },
    { "resize/structs-to-one", RESIZE("few", "1, \"if-equals\": {\"w\": 2}"),
      "runs//few: 2 elements -> 1 element [default]",
      ONE "000100" ALL BUT ROW THE_REST,
      STRUCT("'few'", INSIDE("f", "1", W ", " LEAF("l", "qtailq", "1")), "3") },
    { "resize/structs-to-none", RESIZE("few", "0, \"if-equals\": {\"w\": 2}"),
      "runs//few: 2 elements -> - [lossy] " FROM(
          "0", "000100000200") "; `w` differs from \"if-equals\"",
      ONE ALL BUT ROW THE_REST, ONE_TEXT ", " ALL_TEXT },
    { "resize/row-to-none", RESIZE("row", "0"),
      "runs//row: 2 elements -> - [lossy] " FROM("0", ROW),
      ONE FEW ALL BUT THE_REST, BUT_TEXT ", " LIST_TEXT },
    { "resize/row", RESIZE("all", "4"), GREW("all", "2 elements", "4 elements"),
      ONE FEW ALL "0000" BUT ROW THE_REST,
      ALL_TEXT ", " V("'all', 'index': 2") ", " V("'all', 'index': 3") },
    { "resize/list", RESIZE("list", "4"),
      GREW("list", "2 elements", "4 elements"),
      ONE FEW ALL BUT ROW "0141"
                          "02420043"
                          "01000000"
                          "01000000"
                          "00" NONE CSS TREE,
      LIST("list", E1 ", " E2 ", " E2 ", " E2, "15") },
    { "resize/list-to-none", RESIZE("list", "0"),
      "runs//list: 2 elements -> 0 elements [lossy] " FROM("0", "41420043"),
      ONE FEW ALL BUT ROW "00" NONE CSS TREE, LEAF("list", "qtailq", "1") },
    { "remove/structs", REMOVE("few", "0, \"if-equals\": 0"),
      "runs//few: 2 elements -> 1 element [lossy] " FROM(
          "0", "000100") "; `w` differs from \"if-equals\"",
      ONE "000200" ALL BUT ROW THE_REST,
      STRUCT("'few'", INSIDE("f", "1", W ", " LEAF("l", "qtailq", "1")), "3") },
    { "remove/single", REMOVE("one", "0, \"if-equals\": 9"),
      "runs//one: 1 element -> - [default]", FEW ALL BUT ROW THE_REST,
      "[" FEW_TEXT("2") },
    { "remove/index-all", REMOVE("all", "0, \"if-equals\": " HEX("a1")),
      "runs//all: 2 elements -> 1 element [default]",
      ONE FEW "a2" BUT ROW THE_REST, V("'all'") ", " BUT_TEXT },
    { "remove/index-but-last", BOTH(ADD("but"), REMOVE("but", "1")),
      GREW("but", "2 elements", "3 elements") "\nruns//but: 3 elements -> 2 "
                                              "elements [lossy] " FROM("1",
                                                                       "b2"),
      ONE FEW ALL "b100" ROW THE_REST, BUT_TEXT ", " ROW_TEXT },
    { "remove/list", REMOVE("list", "0"),
      "runs//list: 2 elements -> 1 element [lossy] " FROM("0", "41"),
      ONE FEW ALL BUT ROW "02420043"
                          "00" NONE CSS TREE,
      LIST("list", E2, "5") },
    { "remove/added-structs",
      BOTH(ADD("few"), REMOVE("few", "2, \"if-equals\": 0")),
      GREW("few", "2 elements",
           "3 elements") "\nruns//few: 3 elements -> 2 elements [default]",
      ONE FEW ALL BUT ROW THE_REST,
      FIELDS(FEW_TEXT("2"), ALL_TEXT, BUT_TEXT, ROW_TEXT) },
    { "remove/added-single",
      BOTH(ADD("one"), REMOVE("one", "1, \"if-equals\": 0")),
      GREW("one", "1 element",
           "2 elements") "\nruns//one: 2 elements -> 1 element [default]",
      ONE FEW ALL BUT ROW THE_REST,
      FIELDS(FEW_TEXT("2"), ALL_TEXT, BUT_TEXT, ROW_TEXT) },
    { "remove/added-row",
      BOTH(ADD("row"), REMOVE("row", "2, \"if-equals\": 0")),
      GREW("row", "2 elements",
           "3 elements") "\nruns//row: 3 elements -> 2 elements [default]",
      ONE FEW ALL BUT ROW THE_REST,
      FIELDS(FEW_TEXT("2"), ALL_TEXT, BUT_TEXT, ROW_TEXT) },
    { "remove/added-list",
      BOTH(ADD("list"), REMOVE("list", "2, \"if-equals\": 0")),
      GREW("list", "2 elements",
           "3 elements") "\nruns//list: 3 elements -> 2 elements [default]",
      ONE FEW ALL BUT ROW THE_REST,
      FIELDS(FEW_TEXT("2"), ALL_TEXT, BUT_TEXT, ROW_TEXT) },
    { "remove-field/row", R("remove-field", AT("runs//row")),
      "runs//row: hex:" ROW " -> - [lossy] value hex:" ROW " is dropped",
      ONE FEW ALL BUT THE_REST, BUT_TEXT ", " LIST_TEXT },
    { "remove-field/row-equal",
      R("remove-field", AT("runs//all") ", \"if-equals\": {\"v\": 161}"),
      "runs//all: hex:a1a2 -> - [lossy] value hex:a1a2 is dropped; `v` "
      "differs from \"if-equals\"",
      ONE FEW BUT ROW THE_REST, FEW_TEXT("2") ", " BUT_TEXT },
    { "when/counts",
      BOTH(R("add-element",
             AT("runs//row") ", \"when\": \"count(.) == 2 && size(.) == 16 && "
                             "$\\\"one/x\\\" == 9\""),
           BOTH(R("add-element", AT("runs//few") ", \"when\": \"count(.) == 2 "
                                                 "&& size(.) == 6 && "
                                                 "$\\\"one/x\\\" == 9\""),
                R("add-element", AT("runs//list") ", \"when\": \"count(.) == 2 "
                                                  "&& size(.) == 7\""))),
      GREW("row", "2 elements", "3 elements") "\n" GREW(
          "few", "2 elements", "3 elements") "\n" GREW("list", "2 elements",
                                                       "3 elements"),
      ONE FEW "000000" ALL BUT ROW "00" R_S "00"
              "0141"
              "02420043"
              "01000000"
              "00" NONE CSS TREE,
      FEW_TEXT("3") },
    { "when/no-place-left",
      BOTH(RESIZE("row", "0"),
           R("add-element", AT("runs//row") ", \"optional\": true")),
      "runs//row: 2 elements -> - [lossy] " FROM("0", ROW),
      ONE FEW ALL BUT THE_REST, BUT_TEXT ", " LIST_TEXT },
};

static void
check_bytes(QevmStream *stream, const struct run_case *t)
{
    g_autofree char *got = section_text(stream, "runs");
    g_autofree char *wanted = g_strconcat("runs@0 v1 ", t->bytes, NULL);

    g_assert_cmpstr(got, ==, wanted);
}

static void
test_run(gconstpointer data)
{
    const struct run_case *t = data;
    g_autoptr(QevmStream) stream = open_runs();
    g_autoptr(QevmRules) rules = rules_of(t->rules);
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(QevmStream) again = NULL;
    g_autofree char *changes = NULL;
    g_autofree char *wanted = json_of(t->text);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    edit->allow_lossy = TRUE;
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    changes = journal(edit);
    g_assert_cmpstr(changes, ==, t->journal);
    check_bytes(stream, t);
    again = emitted(edit);
    check_bytes(again, t);
    text = g_strndup(g_bytes_get_data(again->vmdesc->text, NULL),
                     g_bytes_get_size(again->vmdesc->text));
    if (!strstr(text, wanted)) {
        g_error("%s is not in %s", wanted, text);
    }
}

/* ---- rules that do not ---- */

static const struct bad_case bad_cases[] = {
    { "nulls/all", ADD("css"), QEVM_ERROR_RULE,
      "r: rule 1 (add-element): `css` in runs is 4 things: say css[0] to "
      "css[3], or css[*] for all" },
    { "nulls/one", ADD("css[1]"), QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (add-element): runs//css[1]: is of an array with null "
      "pointers, whose elements cannot be changed" },
    { "nulls/null", ADD("css#2"), QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (add-element): runs//css#2: is of an array with null "
      "pointers, whose elements cannot be changed" },
    { "tree", ADD("tree"), QEVM_ERROR_UNSUPPORTED,
      "r: rule 1 (add-element): runs//tree: is a tree that is not decoded, "
      "whose elements cannot be changed" },
    { "tree-inside", ADD("deep"), QEVM_ERROR_RULE,
      "r: rule 1 (add-element): runs//deep: has elements with a tree that is "
      "not decoded" },
    { "element/structs", ADD("few[0]"), QEVM_ERROR_RULE,
      "r: rule 1 (add-element): runs//few[0]: is an element; name the array" },
    { "element/row", REMOVE("row[1]", "0"), QEVM_ERROR_RULE,
      "r: rule 1 (remove-element): runs//row[1]: is an element; name the "
      "array" },
    { "element/list", RESIZE("list[0]", "3"), QEVM_ERROR_RULE,
      "r: rule 1 (resize-array): runs//list[0]: is an element; name the "
      "array" },
    { "element/remove-field", R("remove-field", AT("runs//all[0]")),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-field): runs//all[0]: is an element; use "
      "remove-element" },
    { "value", R("add-element", AT("runs//few") ", \"value\": 0"),
      QEVM_ERROR_RULE,
      "r: rule 1 (add-element): runs//few: has structs for elements; they are "
      "made of zeros, and set after that" },
    { "fields", R("add-element", AT("runs//row") NEW_FIELDS), QEVM_ERROR_RULE,
      "r: rule 1 (add-element): runs//row: \"fields\" are for lists" },
    { "no-layout/add", ADD("none"), QEVM_ERROR_RULE,
      "r: rule 1 (add-element): runs//none: has no element whose layout a new "
      "one could have; name its \"fields\"" },
    { "no-layout/resize", RESIZE("none", "2"), QEVM_ERROR_RULE,
      "r: rule 1 (resize-array): runs//none: has no element whose layout a "
      "new one could have; use add-element with \"fields\"" },
    { "index/add", ADD_AT("row", "3"), QEVM_ERROR_RULE,
      "r: rule 1 (add-element): runs//row: has 2 elements, there is no place "
      "3" },
    { "index/remove", REMOVE("list", "2"), QEVM_ERROR_RULE,
      "r: rule 1 (remove-element): runs//list: has 2 elements, there is no "
      "place 2" },
    { "index/none", REMOVE("none", "0"), QEVM_ERROR_RULE,
      "r: rule 1 (remove-element): runs//none: has 0 elements, there is no "
      "place 0" },
    { "large/bytes", RESIZE("few", "16777216"), QEVM_ERROR_LIMIT,
      "r: rule 1 (resize-array): runs//few: the array would have more than "
      "16777216 bytes" },
    { "large/memory", RESIZE("one", "16777216"), QEVM_ERROR_LIMIT,
      "r: rule 1 (resize-array): runs//one: what the rules add takes more "
      "memory than the 40 MiB that a stream may" },
    { "class",
      REMOVE("row", "1, \"if-equals\": {\"v\": 34}, \"class\": \"default\""),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-element): runs//row: \"class\" is default, but this "
      "is lossy: elements from [1], hex:22" R_S "33, are dropped; `i` is not "
      "in \"if-equals\"" },
    { "if-equals/field", REMOVE("row", "1, \"if-equals\": {\"p\": null}"),
      QEVM_ERROR_RULE,
      "r: rule 1 (remove-element): runs//row: \"if-equals\": no field `p` in "
      "runs//row[1]; there are: v, {r/s}" },
};

static void
test_bad_run(gconstpointer data)
{
    const struct bad_case *t = data;
    g_autoptr(QevmStream) stream = open_runs();
    g_autoptr(QevmRules) rules = rules_of(t->rules);
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autoptr(GError) error = NULL;

    g_assert_false(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_error(error, QEVM_ERROR, (int)t->code);
    g_assert_cmpstr(error->message, ==, t->message);
}

/* ---- which elements are numbered, where nothing in the stream has been ----
 */

static const struct style_case {
    const char *name, *root, *machine, *more, *first, *second;
} style_cases[] = {
    { "oldest", "", "pc-i440fx-2.4", U8("x"), ", 'index': 0", ", 'index': 1" },
    { "unknown", "'configuration': {" INSIDE("c", "1", "") "}, ", "none",
      U8("x"), ", 'index': 0", ", 'index': 1" },
    { "9.1", "'configuration': {" INSIDE("c", "1", "") "}, ", "virt-9.1",
      U8("x"), ", 'index': 0", ", 'index': 1" },
    { "9.2-null", "'configuration': {" INSIDE("c", "1", "") "}, ", "virt-9.1",
      LEAF("x", "nullptr", "1"), ", 'index': 0", "" },
    { "10.0", "'configuration': {" INSIDE("c", "1", "") "}, ", "pc-i440fx-10.0",
      U8("x"), ", 'index': 0", "" },
    { "10.0-null-run", "'configuration': {" INSIDE("c", "1", "") "}, ",
      "pc-i440fx-10.0",
      STRUCT("'x'", INSIDE("c", "1", ""), "0") ", " LEAF("x", "nullptr", "1"),
      ", 'index': 0", "" },
    { "11.0-null", "'configuration': {" INSIDE("c", "1", "") "}, ", "virt-9.1",
      LEAF("x", "ptr-marker", "1"), "", "" },
    { "11.0", "'configuration': {" INSIDE("c", "1", "") "}, ", "pc-i440fx-11.0",
      U8("x"), "", "" },
};

#define TICK                                                                   \
    "{'name': 'tick'%s, 'type': 'struct', 'struct': {'vmsd_name': 't', "       \
    "'version': 1, 'fields': [], 'subsections': [{'vmsd_name': 't/s', "        \
    "'version': 1, 'fields': []}]}, 'size': 9}"

static void
put_ticks(GByteArray *out)
{
    put_full(out, 4, "ticks", 0, 1,
             "30"
             "0503742f7300000001");
}

static void
test_style(gconstpointer data)
{
    const struct style_case *t = data;
    g_autofree char *plain = g_strdup_printf(
        "{%s'page_size': 4096, 'devices': [{'name': 'ticks', 'instance_id': "
        "0, 'vmsd_name': 'ticks', 'version': 1, 'fields': [%s, " TICK "]}]}",
        t->root, t->more, "");
    g_autofree char *text = json_of(plain);
    g_autoptr(GBytes) bytes = make_stream_with(put_ticks, text);
    /* Not walked: the command in its live part tells, too. */
    g_autoptr(QevmStream) stream =
        qevm_stream_open(qevm_source_new_bytes(bytes, "t"), 0, NULL, NULL);
    g_autoptr(QevmRules) rules = rules_of(R("add-element", AT("ticks//tick")));
    g_autoptr(QevmEdit) edit = qevm_edit_new(stream);
    g_autofree char *two = g_strdup_printf(TICK ", " TICK, t->first, t->second);
    g_autofree char *wanted = json_of(two);
    g_autofree char *got = NULL;
    g_autoptr(GBytes) now = NULL;
    g_autoptr(GError) error = NULL;

    g_free(stream->machine);
    stream->machine = g_strdup(t->machine);
    g_assert_true(qevm_edit_apply(edit, rules, QEVM_PHASE_ALL, &error));
    g_assert_no_error(error);
    now = qevm_emit_vmdesc(edit, FALSE, &error);
    g_assert_no_error(error);
    got = g_strndup(g_bytes_get_data(now, NULL), g_bytes_get_size(now));
    if (!strstr(got, wanted)) {
        g_error("%s is not in %s", wanted, got);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(run_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ops-run/", run_cases[i].name, NULL);

        g_test_add_data_func(path, &run_cases[i], test_run);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ops-run/bad/", bad_cases[i].name, NULL);

        g_test_add_data_func(path, &bad_cases[i], test_bad_run);
    }
    for (guint i = 0; i < G_N_ELEMENTS(style_cases); i++) {
        g_autofree char *path =
            g_strconcat("/ops-run/numbered/", style_cases[i].name, NULL);

        g_test_add_data_func(path, &style_cases[i], test_style);
    }
    return g_test_run();
}
