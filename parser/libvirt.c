/* libvirt.c - the header of a libvirt save image and its XML. */
#include "parser/libvirt.h"

#include <string.h>

#define MAGIC "LibvirtQemudSave"
#define PART "LibvirtQemudPart"
#define DATA_MAX (64 * 1024 * 1024)
#define PADDING (64 * 1024)

enum {
    AT_VERSION = 16,
    AT_DATA_LEN = 20,
    AT_WAS_RUNNING = 24,
    AT_FORMAT = 28,
    AT_COOKIE = 32,
    VERSION = 2, /* the newest */
};

static const char *const formats[] = { "raw",  "gzip", "bzip2", "xz",
                                       "lzop", "zstd", "sparse" };

gboolean
qevm_libvirt_is(const guint8 *head, gsize n)
{
    return n >= QEVM_LIBVIRT_MAGIC &&
           (memcmp(head, MAGIC, QEVM_LIBVIRT_MAGIC) == 0 ||
            memcmp(head, PART, QEVM_LIBVIRT_MAGIC) == 0);
}

const char *
qevm_libvirt_format_name(guint32 format)
{
    return format < G_N_ELEMENTS(formats) ? formats[format] : NULL;
}

gboolean
qevm_libvirt_format_named(const char *name, guint32 *format)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (strcmp(formats[i], name) == 0) {
            *format = i;
            return TRUE;
        }
    }
    return FALSE;
}

/* ---- integers of either byte order ---- */

static guint32
get32(const QevmLibvirt *l, gsize at)
{
    guint32 value = (guint32)qevm_be_get(l->header + at, 4);

    return l->big_endian ? value : GUINT32_SWAP_LE_BE(value);
}

static void
put32(QevmLibvirt *l, gsize at, guint32 value)
{
    qevm_be_put(l->header + at, 4,
                l->big_endian ? value : GUINT32_SWAP_LE_BE(value));
}

/* ---- the XML ---- */

/* What is looked for, and where the machine's tag is. */
typedef struct {
    char **text; /* the next text goes here; or NULL */
    char *domain, *uuid, *machine, *emulator;
    gsize at;      /* of the byte that is being parsed */
    gsize tag_end; /* the `>` of the tag with the machine */
} Facts;

static void
facts_clear(Facts *f)
{
    g_free(f->domain);
    g_free(f->uuid);
    g_free(f->machine);
    g_free(f->emulator);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Facts, facts_clear)

/* Are the elements that are open these, from the innermost out? */
static gboolean
inside(GMarkupParseContext *context, const char *const *names)
{
    const GSList *open = g_markup_parse_context_get_element_stack(context);

    for (; open && *names; open = open->next, names++) {
        if (strcmp(open->data, *names) != 0) {
            return FALSE;
        }
    }
    return !open && !*names;
}

static void
start_element(GMarkupParseContext *context, const char *name,
              const char **attributes, const char **values, gpointer user,
              GError **error)
{
    static const char *const of_name[] = { "name", "domain", NULL };
    static const char *const of_uuid[] = { "uuid", "domain", NULL };
    static const char *const of_type[] = { "type", "os", "domain", NULL };
    static const char *const of_emulator[] = { "emulator", "devices", "domain",
                                               NULL };
    Facts *f = user;

    (void)name;
    (void)error;
    f->text = inside(context, of_name)       ? &f->domain
              : inside(context, of_uuid)     ? &f->uuid
              : inside(context, of_emulator) ? &f->emulator
                                             : NULL;
    if (f->machine || !inside(context, of_type)) {
        return;
    }
    for (guint i = 0; attributes[i]; i++) {
        if (strcmp(attributes[i], "machine") == 0) {
            f->machine = g_strdup(values[i]);
            f->tag_end = f->at;
        }
    }
}

static void
end_element(GMarkupParseContext *context, const char *name, gpointer user,
            GError **error)
{
    (void)context;
    (void)name;
    (void)error;
    ((Facts *)user)->text = NULL;
}

static void
element_text(GMarkupParseContext *context, const char *text, gsize len,
             gpointer user, GError **error)
{
    Facts *f = user;

    (void)context;
    (void)error;
    if (f->text && !*f->text) {
        *f->text = g_strndup(text, len);
    }
}

/* Byte by byte, so that a tag is known by where its `>` is. */
static gboolean
parse_xml(const char *xml, Facts *f, GError **error)
{
    static const GMarkupParser parser = { start_element, end_element,
                                          element_text, NULL, NULL };
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, 0, f, NULL);
    g_autoptr(GError) why = NULL;
    gboolean ok = TRUE;

    for (f->at = 0; ok && xml[f->at]; f->at++) {
        ok = g_markup_parse_context_parse(context, xml + f->at, 1, &why);
    }
    ok = ok && g_markup_parse_context_end_parse(context, &why);
    g_markup_parse_context_free(context);
    if (!ok) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "the XML of the domain: %s", why->message);
    }
    return ok;
}

static void
take_facts(QevmLibvirt *l, const Facts *f)
{
    g_free(l->domain);
    g_free(l->uuid);
    g_free(l->machine);
    g_free(l->emulator);
    l->domain = g_strdup(f->domain);
    l->uuid = g_strdup(f->uuid);
    l->machine = g_strdup(f->machine);
    l->emulator = g_strdup(f->emulator);
}

/* ---- reading ---- */

void
qevm_libvirt_free(QevmLibvirt *l)
{
    if (!l) {
        return;
    }
    if (l->data) {
        g_bytes_unref(l->data);
    }
    g_free(l->xml);
    g_free(l->cookie);
    g_free(l->domain);
    g_free(l->uuid);
    g_free(l->machine);
    g_free(l->emulator);
    g_free(l);
}

QevmLibvirt *
qevm_libvirt_copy(const QevmLibvirt *l)
{
    QevmLibvirt *copy = g_memdup2(l, sizeof *l);

    copy->data = g_bytes_ref(l->data);
    copy->xml = g_strdup(l->xml);
    copy->cookie = g_strdup(l->cookie);
    copy->domain = g_strdup(l->domain);
    copy->uuid = g_strdup(l->uuid);
    copy->machine = g_strdup(l->machine);
    copy->emulator = g_strdup(l->emulator);
    return copy;
}

gsize
qevm_libvirt_size(const QevmLibvirt *l)
{
    return QEVM_LIBVIRT_HEADER + g_bytes_get_size(l->data);
}

static gboolean
fail(int code, guint at, GError **error, const char *what, guint32 value)
{
    g_set_error(error, QEVM_ERROR, code,
                "at 0x%x: libvirt save image: %s %" G_GUINT32_FORMAT, at, what,
                value);
    return FALSE;
}

static gboolean
read_header(QevmLibvirt *l, guint32 *data_len, GError **error)
{
    l->unfinished = memcmp(l->header, PART, QEVM_LIBVIRT_MAGIC) == 0;
    l->version = get32(l, AT_VERSION);
    if (l->version > VERSION) {
        l->big_endian = TRUE;
        l->version = get32(l, AT_VERSION);
    }
    if (l->version == 0 || l->version > VERSION) {
        return fail(QEVM_ERROR_UNSUPPORTED, AT_VERSION, error,
                    "1 and 2 are known, this has version", l->version);
    }
    *data_len = get32(l, AT_DATA_LEN);
    l->was_running = get32(l, AT_WAS_RUNNING) != 0;
    l->format = l->version < 2 ? 0 : get32(l, AT_FORMAT);
    if (*data_len == 0 || *data_len > DATA_MAX) {
        return fail(QEVM_ERROR_MALFORMED, AT_DATA_LEN, error,
                    "bytes of XML and padding:", *data_len);
    }
    if (get32(l, AT_COOKIE) > *data_len) {
        return fail(QEVM_ERROR_MALFORMED, AT_COOKIE, error,
                    "the cookie is not within the header, at",
                    get32(l, AT_COOKIE));
    }
    return TRUE;
}

static void
read_texts(QevmLibvirt *l, guint32 cookie)
{
    gsize size;
    const char *text = g_bytes_get_data(l->data, &size);
    g_auto(Facts) facts = { 0 };

    l->xml = g_strndup(text, cookie ? cookie : size);
    if (cookie && cookie < size) {
        l->cookie = g_strndup(text + cookie, size - cookie);
    }
    (void)!parse_xml(l->xml, &facts, NULL);
    take_facts(l, &facts);
}

QevmLibvirt *
qevm_libvirt_read(QevmSource *source, GError **error)
{
    g_autoptr(QevmLibvirt) l = g_new0(QevmLibvirt, 1);
    g_autofree guint8 *all = NULL;
    guint32 data_len;
    gsize size, got;

    if (!qevm_source_peek(source, QEVM_LIBVIRT_HEADER, l->header, &got,
                          error)) {
        return NULL;
    }
    if (got < QEVM_LIBVIRT_HEADER) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                    "at 0x0: libvirt save image: its header needs %d bytes, "
                    "%" G_GSIZE_FORMAT " there",
                    QEVM_LIBVIRT_HEADER, got);
        return NULL;
    }
    if (!read_header(l, &data_len, error)) {
        return NULL;
    }
    size = QEVM_LIBVIRT_HEADER + (gsize)data_len;
    if (size > qevm_source_size(source)) {
        got = (gsize)qevm_source_size(source);
    } else {
        all = g_malloc(size);
        if (!qevm_source_peek(source, size, all, &got, error)) {
            return NULL;
        }
    }
    if (got < size) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_TRUNCATED,
                    "at 0x%x: libvirt save image: its XML needs %u bytes, "
                    "%" G_GSIZE_FORMAT " left",
                    QEVM_LIBVIRT_HEADER, data_len, got - QEVM_LIBVIRT_HEADER);
        return NULL;
    }
    l->data = g_bytes_new(all + QEVM_LIBVIRT_HEADER, data_len);
    read_texts(l, get32(l, AT_COOKIE));
    return g_steal_pointer(&l);
}

/* ---- changing ---- */

gboolean
qevm_libvirt_set_xml(QevmLibvirt *l, const char *xml, GError **error)
{
    g_auto(Facts) facts = { 0 };
    gsize len = strlen(xml) + 1;
    gsize cookie = l->cookie ? strlen(l->cookie) + 1 : 0;
    gsize room = g_bytes_get_size(l->data);
    g_autofree guint8 *data = NULL;

    if (!parse_xml(xml, &facts, error)) {
        return FALSE;
    }
    if (!facts.domain) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "the XML is not that of a domain: it has no name");
        return FALSE;
    }
    if (len > DATA_MAX - PADDING - cookie) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_LIMIT,
                    "the XML has %" G_GSIZE_FORMAT " bytes", len);
        return FALSE;
    }
    if (len + cookie > room) {
        room = len + cookie + PADDING;
    }
    data = g_malloc0(room);
    memcpy(data, xml, len); /* bounds: len + cookie <= room */
    if (l->cookie) {
        memcpy(data + len, l->cookie, cookie); /* bounds: as above */
    }
    put32(l, AT_DATA_LEN, (guint32)room);
    put32(l, AT_COOKIE, l->cookie ? (guint32)len : 0);
    g_bytes_unref(l->data);
    l->data = g_bytes_new_take(g_steal_pointer(&data), room);
    g_free(l->xml);
    l->xml = g_strdup(xml);
    take_facts(l, &facts);
    return TRUE;
}

/* The value of the attribute in the tag that ends at `end`: no `<` stands
 * within one, and XML has each attribute once. */
static const char *
find_machine(const char *xml, gsize end, gsize *len)
{
    const char *p = xml + end, *value, *close;

    while (*p != '<') {
        p--; /* bounds: the tag was parsed, it begins with one */
    }
    for (; (value = strstr(p, "machine")) != NULL && value < xml + end;
         p = value) {
        gboolean begins = g_ascii_isspace(value[-1]); /* bounds: behind `<` */

        value += strlen("machine");
        value += strspn(value, " \t\r\n");
        if (!begins || *value != '=') {
            continue;
        }
        value += 1 + strspn(value + 1, " \t\r\n");
        close = strchr(value + 1, *value);
        *len = (gsize)(close - value) - 1;
        return value + 1;
    }
    return NULL;
}

gboolean
qevm_libvirt_set_machine(QevmLibvirt *l, const char *machine, GError **error)
{
    g_auto(Facts) facts = { 0 };
    g_autoptr(GString) xml = NULL;
    g_autofree char *escaped = g_markup_escape_text(machine, -1);
    const char *old = NULL;
    gsize len, at;

    if (!parse_xml(l->xml, &facts, error)) {
        return FALSE;
    }
    if (facts.machine) {
        old = find_machine(l->xml, facts.tag_end, &len);
    }
    if (!old) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "the XML of the domain names no machine in <os><type>");
        return FALSE;
    }
    at = (gsize)(old - l->xml);
    xml = g_string_new(l->xml);
    g_string_erase(xml, (gssize)at, (gssize)len);
    g_string_insert(xml, (gssize)at, escaped);
    if (!qevm_libvirt_set_xml(l, xml->str, error)) {
        return FALSE;
    }
    if (g_strcmp0(l->machine, machine) != 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "the machine in the XML of the domain cannot be changed; "
                    "\"qevm container xml --set\" puts another XML in");
        return FALSE;
    }
    return TRUE;
}

gboolean
qevm_libvirt_add_args(QevmLibvirt *l, char *const *args, GError **error)
{
    static const char ns[] = "http://libvirt.org/schemas/domain/qemu/1.0";
    const char *end = g_strrstr(l->xml, "</domain");
    g_autoptr(GString) more = g_string_new(NULL);
    g_autoptr(GString) xml = g_string_new(l->xml);

    if (!end) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_MALFORMED,
                    "the XML of the domain has no </domain>");
        return FALSE;
    }
    g_string_append_printf(more, "  <qemu:commandline xmlns:qemu='%s'>\n", ns);
    for (; *args; args++) {
        g_autofree char *escaped = g_markup_escape_text(*args, -1);

        g_string_append_printf(more, "    <qemu:arg value='%s'/>\n", escaped);
    }
    g_string_append(more, "  </qemu:commandline>\n");
    g_string_insert(xml, end - l->xml, more->str);
    return qevm_libvirt_set_xml(l, xml->str, error);
}

void
qevm_libvirt_set_format(QevmLibvirt *l, guint32 format)
{
    if (l->format == format) {
        return;
    }
    l->format = format;
    l->version = VERSION;
    put32(l, AT_VERSION, VERSION);
    put32(l, AT_FORMAT, format);
}

GBytes *
qevm_libvirt_bytes(const QevmLibvirt *l)
{
    GByteArray *all = g_byte_array_new();
    gsize size;
    const guint8 *data = g_bytes_get_data(l->data, &size);

    g_byte_array_append(all, l->header, QEVM_LIBVIRT_HEADER);
    g_byte_array_append(all, data, (guint)size);
    return g_byte_array_free_to_bytes(all);
}
