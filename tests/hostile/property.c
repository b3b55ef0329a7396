/* property.c - random rules on real streams: what was written reads back as
 * what was edited.
 *
 *   property [-n ROUNDS] [-s SEED] [-o SEED] STREAM...
 *
 * A round takes a stream and makes up one to four rules for places that it
 * has; exercise_rewrite() applies them to a file and in a pipe and compares.
 * A rule may be refused, but each operation must have been done a number of
 * times when all rounds are over. Output is TAP, a line for each stream and
 * one for each operation. --only repeats one round of every stream.
 */
#include "tests/hostile/exercise.h"

#include "parser/path.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define RULES_MAX 4
#define DONE_MIN 3 /* of each operation, over all streams */
#define OPS_MAX 32

static gint rounds = 20, seed = 1, only = -1;
static gboolean verbose;
static const GOptionEntry options[] = {
    { "rounds", 'n', 0, G_OPTION_ARG_INT, &rounds, "for each stream", "N" },
    { "seed", 's', 0, G_OPTION_ARG_INT, &seed, "of all choices", "N" },
    { "only", 'o', 0, G_OPTION_ARG_INT, &only, "this round alone", "N" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "print rules and errors",
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
};

/* How often an operation was tried, and done. */
static struct {
    guint tried, done;
} counts[OPS_MAX];

/* A stream and the places in it, by what can be done with them. */
typedef struct {
    QevmStream *stream;
    GArray *leaves, *arrays, *structs, *subsections, *sections; /* QevmPlace */
    GRand *rand;
} Choice;

static guint
pick(const Choice *c, guint n)
{
    return g_rand_int(c->rand) % n;
}

/* ---- places ---- */

static void
collect(Choice *c, QevmRecord *record, QevmNode *node)
{
    QevmPlace place = { .kind = QEVM_PLACE_NODE,
                        .record = record,
                        .node = node };

    switch ((QevmNodeKind)node->kind) {
    case QEVM_NODE_FIELD:
        g_array_append_val(c->leaves, place);
        break;
    case QEVM_NODE_ARRAY:
        g_array_append_val(c->arrays, place);
        break;
    case QEVM_NODE_SUBSECTION:
        g_array_append_val(c->subsections, place);
        g_array_append_val(c->structs, place);
        break;
    case QEVM_NODE_STRUCT:
        if (node->parent->kind == QEVM_NODE_SECTION) {
            g_array_append_val(c->structs, place);
        }
        break;
    default:
        break;
    }
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        collect(c, record, n);
    }
}

static void
choice_init(Choice *c, GBytes *bytes)
{
    GArray **arrays[] = { &c->leaves, &c->arrays, &c->structs, &c->subsections,
                          &c->sections };

    c->stream = exercise_open(bytes, 0, NULL);
    g_assert_nonnull(c->stream);
    for (guint i = 0; i < G_N_ELEMENTS(arrays); i++) {
        *arrays[i] = g_array_new(FALSE, FALSE, sizeof(QevmPlace));
    }
    for (guint i = 0; i < c->stream->records->len; i++) {
        QevmRecord *r = g_ptr_array_index(c->stream->records, i);
        QevmPlace place = { .kind = QEVM_PLACE_SECTION, .record = r };
        QevmTree *tree;

        if (r->type != QEVM_RECORD_FULL) {
            continue;
        }
        g_array_append_val(c->sections, place);
        tree = qevm_record_tree(c->stream, r, NULL);
        if (tree && r->device) {
            collect(c, r, &tree->root);
        }
    }
}

static void
choice_clear(Choice *c)
{
    g_array_unref(c->leaves);
    g_array_unref(c->arrays);
    g_array_unref(c->structs);
    g_array_unref(c->subsections);
    g_array_unref(c->sections);
    qevm_stream_free(c->stream);
}

static const QevmPlace *
pick_place(const Choice *c, const GArray *from)
{
    return from->len ? &g_array_index(from, QevmPlace, pick(c, from->len))
                     : NULL;
}

static json_t *
json_path(const Choice *c, const QevmPlace *place)
{
    g_autofree char *text = qevm_path_of(c->stream, place);

    return json_string(text);
}

/* ---- rules ---- */

/* Each fills in a rule, or returns FALSE if the stream has nothing for it. */
typedef gboolean RuleFunc(const Choice *c, json_t *rule);

static void
put(json_t *rule, const char *key, json_t *value)
{
    json_object_set_new(rule, key, value);
}

static gboolean
put_at(const Choice *c, json_t *rule, const GArray *from)
{
    const QevmPlace *place = pick_place(c, from);

    if (place) {
        put(rule, "at", json_path(c, place));
    }
    return place != NULL;
}

static json_t *
expression(const char *text)
{
    return json_pack("{s:s}", "expr", text);
}

static json_t *
random_fields(const Choice *c)
{
    static const struct {
        const char *type;
        int size;
    } types[] = { { "uint8", 0 },  { "uint16", 0 }, { "uint32", 0 },
                  { "uint64", 0 }, { "int64", 0 },  { "bool", 0 },
                  { "buffer", 5 }, { "timer", 0 } };
    json_t *fields = json_array();

    for (guint i = 0, n = 1 + pick(c, 3); i < n; i++) {
        guint type = pick(c, G_N_ELEMENTS(types));
        g_autofree char *name = g_strdup_printf("new%u", pick(c, 1000));
        json_t *field =
            json_pack("{s:s, s:s}", "name", name, "type", types[type].type);

        if (types[type].size) {
            put(field, "size", json_integer(types[type].size));
        } else if (pick(c, 3) == 0) {
            put(field, "count", json_integer(1 + pick(c, 5)));
        }
        json_array_append_new(fields, field);
    }
    return fields;
}

/* A leaf that holds a number. */
static const QevmPlace *
pick_number(const Choice *c)
{
    for (guint i = 0; i < 100; i++) {
        const QevmPlace *place = pick_place(c, c->leaves);
        g_auto(QevmValue) value = QEVM_VALUE_INIT;

        if (!place) {
            return NULL;
        }
        qevm_node_value(place->node, 0, &value);
        if (value.kind == QEVM_VALUE_UINT || value.kind == QEVM_VALUE_SINT) {
            return place;
        }
    }
    return NULL;
}

static gboolean
rule_set(const Choice *c, json_t *rule)
{
    const QevmPlace *place = pick_number(c);

    if (pick(c, 8) == 0) {
        put(rule, "at", json_string("configuration//name"));
        put(rule, "value", json_string("a-machine-with-another-name"));
        return TRUE;
    }
    if (place) {
        put(rule, "at", json_path(c, place));
        put(rule, "value", json_integer(pick(c, 100)));
    }
    return place != NULL;
}

static gboolean
rule_map(const Choice *c, json_t *rule)
{
    const QevmPlace *place = pick_number(c);

    if (place) {
        put(rule, "at", json_path(c, place));
        put(rule, "value", expression(". == 0 ? 1 : 0"));
        put(rule, "when", json_string("size() > 0"));
    }
    return place != NULL;
}

static gboolean
rule_set_bytes(const Choice *c, json_t *rule)
{
    put(rule, "value", json_pack("{s:s}", "hex", "a5"));
    put(rule, "mask", json_pack("{s:s}", "hex", "0f"));
    put(rule, "index", json_integer(0));
    return put_at(c, rule, c->leaves);
}

static gboolean
rule_add_field(const Choice *c, json_t *rule)
{
    put(rule, "fields", random_fields(c));
    return put_at(c, rule, pick(c, 2) ? c->structs : c->sections);
}

static gboolean
rule_remove_field(const Choice *c, json_t *rule)
{
    return put_at(c, rule, pick(c, 3) ? c->leaves : c->arrays);
}

static gboolean
rule_retype(const Choice *c, json_t *rule)
{
    static const char *const types[] = { "uint8", "uint16", "uint32", "int64" };
    const QevmPlace *place = pick_number(c);

    if (place) {
        put(rule, "at", json_path(c, place));
        put(rule, "type", json_string(types[pick(c, G_N_ELEMENTS(types))]));
        put(rule, "value", json_integer(7));
    }
    return place != NULL;
}

static gboolean
rule_resize_array(const Choice *c, json_t *rule)
{
    put(rule, "count", json_integer(pick(c, 40)));
    return put_at(c, rule, c->arrays);
}

static gboolean
rule_add_element(const Choice *c, json_t *rule)
{
    if (pick(c, 2)) {
        put(rule, "index", json_integer(0));
    }
    return put_at(c, rule, c->arrays);
}

static gboolean
rule_remove_element(const Choice *c, json_t *rule)
{
    put(rule, "index", json_integer(0));
    return put_at(c, rule, c->arrays);
}

static gboolean
rule_set_version(const Choice *c, json_t *rule)
{
    put(rule, "version", json_integer(pick(c, 200)));
    return put_at(c, rule, pick(c, 2) ? c->sections : c->subsections);
}

static gboolean
rule_set_instance(const Choice *c, json_t *rule)
{
    put(rule, "instance", json_integer(1000 + pick(c, 1000)));
    return put_at(c, rule, c->sections);
}

static gboolean
rule_rename_section(const Choice *c, json_t *rule)
{
    g_autofree char *name = g_strdup_printf("0000:00:%02x.0/dev", pick(c, 256));

    put(rule, "to", json_string(name));
    return put_at(c, rule, c->sections);
}

static gboolean
rule_add_section(const Choice *c, json_t *rule)
{
    const QevmPlace *beside = pick_place(c, c->sections);
    g_autofree char *name = g_strdup_printf("new-%u/dev", pick(c, 1000));

    put(rule, "to", json_string(name));
    put(rule, "type", json_string("dev"));
    put(rule, "version", json_integer(1));
    put(rule, "fields", random_fields(c));
    if (beside && pick(c, 2)) {
        put(rule, pick(c, 2) ? "before" : "after", json_path(c, beside));
    }
    return TRUE;
}

static gboolean
rule_drop_section(const Choice *c, json_t *rule)
{
    return put_at(c, rule, c->sections);
}

static gboolean
rule_move_section(const Choice *c, json_t *rule)
{
    const QevmPlace *beside = pick_place(c, c->sections);

    if (beside) {
        put(rule, pick(c, 2) ? "before" : "after", json_path(c, beside));
    }
    return put_at(c, rule, c->sections);
}

static gboolean
rule_add_subsection(const Choice *c, json_t *rule)
{
    const QevmPlace *place =
        pick_place(c, pick(c, 2) ? c->structs : c->sections);
    const QevmVmsd *vmsd;
    g_autofree char *name = NULL;

    if (!place) {
        return FALSE;
    }
    vmsd = place->node             ? qevm_node_vmsd(place->node)
           : place->record->device ? place->record->device->vmsd
                                   : NULL;
    name = g_strdup_printf("%s/new%u", vmsd && vmsd->name ? vmsd->name : "none",
                           pick(c, 1000));
    put(rule, "at", json_path(c, place));
    put(rule, "to", json_string(name));
    put(rule, "version", json_integer(1));
    if (pick(c, 4)) {
        put(rule, "fields", random_fields(c));
    }
    return TRUE;
}

static gboolean
rule_strip_subsection(const Choice *c, json_t *rule)
{
    return put_at(c, rule, c->subsections);
}

/* NULL: there is none. */
static const QevmRamBlock *
pick_block(const Choice *c)
{
    const QevmRam *ram = c->stream->ram;

    return ram && ram->blocks->len ? &g_array_index(ram->blocks, QevmRamBlock,
                                                    pick(c, ram->blocks->len))
                                   : NULL;
}

static gboolean
put_block(json_t *rule, const QevmRamBlock *block)
{
    g_autofree char *quoted = NULL;

    if (block) {
        quoted = g_strdup_printf("\"%s\"", block->idstr);
        put(rule, "at", json_string(quoted));
    }
    return block != NULL;
}

/* Mostly what a mapped-ram file can do, too, but not always. */
static guint64
pick_step(const Choice *c)
{
    return pick(c, 3) ? 256 * 1024 : MAX(c->stream->page_size, 1024);
}

static gboolean
rule_rename_ram_block(const Choice *c, json_t *rule)
{
    g_autofree char *name = g_strdup_printf("ram%u", pick(c, 1000000));

    put(rule, "to", json_string(name));
    return put_block(rule, pick_block(c));
}

static gboolean
rule_drop_ram_block(const Choice *c, json_t *rule)
{
    return put_block(rule, pick_block(c));
}

static gboolean
rule_resize_ram_block(const Choice *c, json_t *rule)
{
    const QevmRamBlock *b = pick_block(c);
    guint64 step = pick_step(c), change = step * (1 + pick(c, 3));
    guint64 length = b ? b->used_length : 0;

    length = pick(c, 2) || length <= change ? length + change : length - change;
    put(rule, "length", json_integer((json_int_t)length));
    if (pick(c, 2)) {
        put(rule, "align", json_string(pick(c, 2) ? "top" : "bottom"));
    }
    if (pick(c, 2)) {
        put(rule, "fill", json_string(pick(c, 2) ? "zero" : "leave"));
    }
    return put_block(rule, b);
}

static gboolean
rule_split_ram_block(const Choice *c, json_t *rule)
{
    const QevmRamBlock *b = pick_block(c);
    guint64 first = pick_step(c), length = b ? b->used_length : 0;
    json_t *to = json_array();

    for (guint i = 0; i < 2; i++) {
        g_autofree char *name = g_strdup_printf("part%u.%u", i, pick(c, 100));

        json_array_append_new(
            to, json_pack("{s:s, s:I}", "name", name, "length",
                          (json_int_t)(i ? length - first : first)));
    }
    put(rule, "to", to);
    return length > first && put_block(rule, b);
}

static gboolean
rule_merge_ram_blocks(const Choice *c, json_t *rule)
{
    const QevmRamBlock *a = pick_block(c), *b = pick_block(c);

    if (a == b) {
        return FALSE;
    }
    put(rule, "from", json_pack("[s,s]", a->idstr, b->idstr));
    put(rule, "to", json_string("merged"));
    return TRUE;
}

/* The program itself is a file that is there. */
static gboolean
rule_load_ram_block(const Choice *c, json_t *rule)
{
    static const char *const files[] = { "/proc/self/exe",
                                         "tests/streams/README.md" };

    put(rule, "file", json_string(files[pick(c, G_N_ELEMENTS(files))]));
    put(rule, "align", json_string(pick(c, 2) ? "top" : "bottom"));
    return put_block(rule, pick_block(c));
}

static gboolean
rule_regroup_ram_pages(const Choice *c, json_t *rule)
{
    put(rule, "size", json_integer(1024 << pick(c, 6)));
    return c->stream->ram != NULL;
}

static gboolean
rule_drop_ram_pages(const Choice *c, json_t *rule)
{
    put(rule, "at", json_string("*"));
    return c->stream->ram != NULL;
}

static gboolean
rule_add_command(const Choice *c, json_t *rule)
{
    (void)c;
    put(rule, "at", json_string("SWITCHOVER_START"));
    return TRUE;
}

static gboolean
rule_drop_command(const Choice *c, json_t *rule)
{
    static const char *const names[] = { "SWITCHOVER_START", "PING",
                                         "OPEN_RETURN_PATH" };

    put(rule, "at", json_string(names[pick(c, G_N_ELEMENTS(names))]));
    return TRUE;
}

static gboolean
rule_set_footers(const Choice *c, json_t *rule)
{
    put(rule, "value", json_boolean(pick(c, 2)));
    return TRUE;
}

static gboolean
rule_drop_vmdesc(const Choice *c, json_t *rule)
{
    (void)rule;
    return pick(c, 2) != 0;
}

static const struct {
    const char *op;
    RuleFunc *func;
} generators[] = {
    { "set", rule_set },
    { "set-bytes", rule_set_bytes },
    { "add-field", rule_add_field },
    { "remove-field", rule_remove_field },
    { "retype", rule_retype },
    { "resize-array", rule_resize_array },
    { "add-element", rule_add_element },
    { "remove-element", rule_remove_element },
    { "map", rule_map },
    { "set-version", rule_set_version },
    { "set-instance", rule_set_instance },
    { "rename-section", rule_rename_section },
    { "add-section", rule_add_section },
    { "drop-section", rule_drop_section },
    { "move-section", rule_move_section },
    { "add-subsection", rule_add_subsection },
    { "strip-subsection", rule_strip_subsection },
    { "rename-ram-block", rule_rename_ram_block },
    { "drop-ram-block", rule_drop_ram_block },
    { "drop-ram-pages", rule_drop_ram_pages },
    { "resize-ram-block", rule_resize_ram_block },
    { "split-ram-block", rule_split_ram_block },
    { "merge-ram-blocks", rule_merge_ram_blocks },
    { "load-ram-block", rule_load_ram_block },
    { "regroup-ram-pages", rule_regroup_ram_pages },
    { "add-command", rule_add_command },
    { "drop-command", rule_drop_command },
    { "set-footers", rule_set_footers },
    { "drop-vmdesc", rule_drop_vmdesc },
};
G_STATIC_ASSERT(G_N_ELEMENTS(generators) <= OPS_MAX);

/* ---- rounds ---- */

/* Rules as text; *used has a bit for each generator. */
static char *
make_rules(const Choice *c, guint64 *used)
{
    json_t *file = json_pack("{s:i, s:[]}", "qevm-rules", 1, "rules");
    json_t *list = json_object_get(file, "rules");
    char *text;

    *used = 0;
    for (guint i = 0, n = 1 + pick(c, RULES_MAX); i < n; i++) {
        guint g = pick(c, G_N_ELEMENTS(generators));
        json_t *rule = json_pack("{s:s}", "op", generators[g].op);

        if (generators[g].func(c, rule)) {
            json_array_append(list, rule);
            *used |= G_GUINT64_CONSTANT(1) << g;
        }
        json_decref(rule);
    }
    text = json_dumps(file, JSON_COMPACT);
    json_decref(file);
    return text;
}

/* Why may a rewrite be refused? Rules at random can be wrong; but if they
 * could be applied, the result must read back. Only where there is nothing
 * else to go by, footers cannot be taken away. */
static void
check_refusal(const Choice *c, const GError *error)
{
    if (error->domain != QEVM_ERROR ||
        (strstr(error->message, "read back") && c->stream->vmdesc)) {
        exercise_fail("%s", error->message);
    }
}

static gboolean
run_round(Choice *c, GBytes *bytes, const char *name, gint number)
{
    const guint32 seeds[] = { (guint32)seed, (guint32)number,
                              g_str_hash(name) };
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmRules) rules = NULL;
    g_auto(ExerciseRewrite) result = { 0 };
    guint64 used;
    char *text;

    c->rand = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
    text = make_rules(c, &used);
    g_rand_free(c->rand);
    if (verbose) {
        printf("# round %d: %s\n", number, text);
        fflush(stdout);
    }
    rules = qevm_rules_parse(text, strlen(text), "rules", &error);
    free(text);
    if (!rules) {
        exercise_fail("round %d of %s: %s", number, name, error->message);
    }
    exercise_rewrite(bytes, rules, &result);
    if (verbose && result.error) {
        printf("# refused: %s\n", result.error->message);
    }
    for (guint g = 0; g < G_N_ELEMENTS(generators); g++) {
        if (used >> g & 1) {
            counts[g].tried++;
            counts[g].done += result.result != NULL;
        }
    }
    if (result.error) {
        check_refusal(c, result.error);
    }
    return result.result != NULL;
}

static void
run_stream(const char *file, gint number)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_path_get_basename(file);
    g_autoptr(GBytes) bytes = NULL;
    Choice c = { 0 };
    gint done = 0;
    char *data;
    gsize size;

    if (!g_file_get_contents(file, &data, &size, &error)) {
        exercise_fail("%s", error->message);
    }
    bytes = g_bytes_new_take(data, size);
    choice_init(&c, bytes);
    for (gint i = 0; i < rounds; i++) {
        if (only < 0 || only == i) {
            /* Whoever sees it crash knows where. */
            g_autofree char *where =
                g_strdup_printf("%s, seed %d, round %d", name, seed, i);

            exercise_where(where);
            done += run_round(&c, bytes, name, i);
            exercise_where(NULL);
        }
    }
    choice_clear(&c);
    printf("ok %d - %s: %d rounds, %d rewritten\n", number, name, rounds, done);
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("STREAM...");
    g_autoptr(GError) error = NULL;
    gint number = 0;
    guint table_count, bad = 0;

    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc < 2) {
        fprintf(stderr, "property: %s\n",
                error ? error->message : "no streams");
        return 2;
    }
    (void)qevm_op_table(&table_count);
    if (table_count != G_N_ELEMENTS(generators)) {
        exercise_fail("%u operations, %zu generators", table_count,
                      G_N_ELEMENTS(generators));
    }
    for (int i = 1; i < argc; i++) {
        run_stream(argv[i], ++number);
    }
    for (guint g = 0; g < G_N_ELEMENTS(generators); g++) {
        gboolean ok = counts[g].done >= DONE_MIN || only >= 0;

        printf("%sok %d - %s: in %u rounds, %u of them rewritten\n",
               ok ? "" : "not ", ++number, generators[g].op, counts[g].tried,
               counts[g].done);
        bad += !ok;
    }
    printf("1..%d\n", number);
    return bad ? 1 : 0;
}
