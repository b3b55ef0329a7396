/* message.c - messages of QEMU, written and read by their forms. */
#include "rewrite/message.h"

#include <errno.h>
#include <string.h>

/* No message is that long; the end of a longer line is not looked at. */
#define MAX_LINE 4096

typedef struct {
    char *name;
    char *text;     /* NULL: a number */
    guint64 number; /* a signed one is cast */
} Argument;

const char *
qevm_message_kind_name(QevmMessageKind kind)
{
    static const char *const names[] = { "cause", "hint",   "place",  "outcome",
                                         "crash", "notice", "warning" };

    return names[kind];
}

const QevmMessageForm *
qevm_message_form(const char *id, guint release)
{
    guint n;
    const QevmMessageForm *forms = qevm_message_forms(&n);

    for (guint i = 0; i < n; i++) {
        if (strcmp(forms[i].id, id) == 0 && release >= forms[i].from &&
            (!forms[i].to || release <= forms[i].to)) {
            return &forms[i];
        }
    }
    return NULL;
}

/* ---- arguments ---- */

static void
argument_free(gpointer data)
{
    Argument *argument = data;

    g_free(argument->name);
    g_free(argument->text);
    g_free(argument);
}

static const char *
known_id(const char *id)
{
    guint n;
    const QevmMessageForm *forms = qevm_message_forms(&n);

    for (guint i = 0; i < n; i++) {
        if (strcmp(forms[i].id, id) == 0) {
            return forms[i].id;
        }
    }
    return NULL;
}

QevmMessage *
qevm_message_new(const char *id)
{
    QevmMessage *message = g_new0(QevmMessage, 1);

    message->id = known_id(id);
    g_assert(message->id);
    message->arguments = g_ptr_array_new_with_free_func(argument_free);
    return message;
}

void
qevm_message_free(QevmMessage *message)
{
    if (message) {
        g_ptr_array_unref(message->arguments);
        g_free(message);
    }
}

static Argument *
find_argument(const QevmMessage *message, const char *name, gsize len)
{
    for (guint i = 0; i < message->arguments->len; i++) {
        Argument *argument = g_ptr_array_index(message->arguments, i);

        if (strncmp(argument->name, name, len) == 0 &&
            argument->name[len] == '\0') {
            return argument;
        }
    }
    return NULL;
}

static Argument *
need_argument(QevmMessage *message, const char *name, gsize len)
{
    Argument *argument = find_argument(message, name, len);

    if (!argument) {
        argument = g_new0(Argument, 1);
        argument->name = g_strndup(name, len);
        g_ptr_array_add(message->arguments, argument);
    }
    g_clear_pointer(&argument->text, g_free);
    return argument;
}

void
qevm_message_copy(QevmMessage *message, const QevmMessage *from)
{
    for (guint i = 0; i < from->arguments->len; i++) {
        const Argument *argument = g_ptr_array_index(from->arguments, i);
        Argument *copy =
            need_argument(message, argument->name, strlen(argument->name));

        copy->text = g_strdup(argument->text);
        copy->number = argument->number;
    }
}

void
qevm_message_set_text(QevmMessage *message, const char *name, const char *text)
{
    need_argument(message, name, strlen(name))->text = g_strdup(text);
}

void
qevm_message_set_number(QevmMessage *message, const char *name, guint64 number)
{
    need_argument(message, name, strlen(name))->number = number;
}

const char *
qevm_message_text(const QevmMessage *message, const char *name)
{
    const Argument *argument = find_argument(message, name, strlen(name));

    return argument ? argument->text : NULL;
}

gboolean
qevm_message_number(const QevmMessage *message, const char *name,
                    guint64 *number)
{
    const Argument *argument = find_argument(message, name, strlen(name));

    if (!argument || argument->text) {
        return FALSE;
    }
    *number = argument->number;
    return TRUE;
}

/* ---- the text of a form: literals and placeholders ---- */

typedef struct {
    const char *start; /* a literal, or the name of a placeholder */
    gsize len;
    char type; /* 0: literal; 's': text; else as in message.h */
} Piece;

/* FALSE: the text ends. */
static gboolean
next_piece(const char **text, Piece *piece)
{
    const char *p = *text, *end;

    if (!*p) {
        return FALSE;
    }
    if (*p != '{') {
        end = p + strcspn(p, "{");
        *piece = (Piece){ p, (gsize)(end - p), 0 };
        *text = end;
        return TRUE;
    }
    end = strchr(p, '}');
    g_assert(end);
    if (end[-2] == ':') {
        *piece = (Piece){ p + 1, (gsize)(end - p - 3), end[-1] };
    } else {
        *piece = (Piece){ p + 1, (gsize)(end - p - 1), 's' };
    }
    *text = end + 1;
    return TRUE;
}

char **
qevm_message_names(const QevmMessageForm *form)
{
    GPtrArray *names = g_ptr_array_new();
    const char *text = form->text;
    Piece piece;

    while (next_piece(&text, &piece)) {
        if (piece.type) {
            g_ptr_array_add(names, g_strndup(piece.start, piece.len));
        }
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static void
put_argument(GString *out, const Piece *piece, const Argument *argument)
{
    guint64 number = argument ? argument->number : 0;

    switch (piece->type) {
    case 'd':
        g_string_append_printf(out, "%d", (gint32)number);
        break;
    case 'l':
        g_string_append_printf(out, "%" G_GINT64_FORMAT, (gint64)number);
        break;
    case 'u':
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, number);
        break;
    case 'x':
        g_string_append_printf(out, "%" G_GINT64_MODIFIER "x", number);
        break;
    default:
        g_string_append(out, argument && argument->text ? argument->text : "");
        break;
    }
}

char *
qevm_message_format(const QevmMessage *message, guint release)
{
    const QevmMessageForm *form = qevm_message_form(message->id, release);
    GString *out;
    const char *text;
    Piece piece;

    if (!form) {
        return NULL;
    }
    out = g_string_new(NULL);
    for (text = form->text; next_piece(&text, &piece);) {
        if (piece.type) {
            put_argument(out, &piece,
                         find_argument(message, piece.start, piece.len));
        } else {
            g_string_append_len(out, piece.start, (gssize)piece.len);
        }
    }
    return g_string_free(out, FALSE);
}

char *
qevm_message_argument(const QevmMessage *message, const char *name)
{
    const char *text = message->form->text;
    Piece piece;

    while (next_piece(&text, &piece)) {
        if (piece.type && strncmp(piece.start, name, piece.len) == 0 &&
            name[piece.len] == '\0') {
            GString *out = g_string_new(NULL);

            put_argument(out, &piece, find_argument(message, name, piece.len));
            return g_string_free(out, FALSE);
        }
    }
    return NULL;
}

/* Where in the sources a check stands is another place in each build. */
static gboolean
is_about_sources(const Argument *argument)
{
    return strcmp(argument->name, "file") == 0 ||
           strcmp(argument->name, "line") == 0;
}

gboolean
qevm_message_agrees(const QevmMessage *a, const QevmMessage *b)
{
    if (strcmp(a->id, b->id) != 0) {
        return FALSE;
    }
    for (guint i = 0; i < a->arguments->len; i++) {
        const Argument *x = g_ptr_array_index(a->arguments, i);
        const Argument *y = find_argument(b, x->name, strlen(x->name));

        if (is_about_sources(x)) {
            continue;
        }
        if (y && (g_strcmp0(x->text, y->text) != 0 || x->number != y->number)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* ---- reading ---- */

/* What a form looks like to a line. */
typedef struct {
    GRegex *regex;
    gsize first;    /* bytes of the literal it begins with */
    gsize literals; /* bytes of all its literals */
    gboolean outer; /* other links follow it */
} Pattern;

static Pattern
make_pattern(const QevmMessageForm *form)
{
    static const char *const groups[] = {
        ['s'] = "(.*?)",           ['n'] = "([^/]*)",
        ['d'] = "(-?[0-9]{1,10})", ['l'] = "(-?[0-9]{1,19})",
        ['u'] = "([0-9]{1,20})",   ['x'] = "([0-9a-f]{1,16})",
    };
    g_autoptr(GString) out = g_string_new("^");
    Pattern pattern = { .outer =
                            form->link && g_str_has_suffix(form->text, ": ") };
    const char *text = form->text;
    Piece piece;

    while (next_piece(&text, &piece)) {
        if (piece.type) {
            /* At the front it must not swallow the links before it. */
            g_string_append(out,
                            piece.start == form->text + 1 && piece.type == 's'
                                ? "((?:(?!: ).)*?)"
                                : groups[(guint8)piece.type]);
        } else {
            g_autofree char *escaped =
                g_regex_escape_string(piece.start, (int)piece.len);

            g_string_append(out, escaped);
            pattern.literals += piece.len;
            if (piece.start == form->text) {
                pattern.first = piece.len;
            }
        }
    }
    if (!pattern.outer) {
        g_string_append_c(out, '$');
    }
    pattern.regex =
        g_regex_new(out->str, G_REGEX_RAW | G_REGEX_DOLLAR_ENDONLY, 0, NULL);
    g_assert(pattern.regex);
    return pattern;
}

/* Of all forms, in their order; made once. */
static const Pattern *
all_patterns(void)
{
    static Pattern *patterns;

    if (g_once_init_enter(&patterns)) {
        guint n;
        const QevmMessageForm *forms = qevm_message_forms(&n);
        Pattern *made = g_new0(Pattern, n);

        for (guint i = 0; i < n; i++) {
            made[i] = make_pattern(&forms[i]);
        }
        g_once_init_leave(&patterns, made);
    }
    return patterns;
}

static void
take_arguments(QevmMessage *message, GMatchInfo *match)
{
    const char *text = message->form->text;
    Piece piece;
    int group = 1;

    while (next_piece(&text, &piece)) {
        Argument *argument;
        g_autofree char *value = NULL;

        if (!piece.type) {
            continue;
        }
        value = g_match_info_fetch(match, group++);
        argument = need_argument(message, piece.start, piece.len);
        switch (piece.type) {
        case 's':
        case 'n':
            argument->text = g_steal_pointer(&value);
            break;
        case 'd':
        case 'l':
            argument->number = (guint64)g_ascii_strtoll(value, NULL, 10);
            break;
        default:
            argument->number =
                g_ascii_strtoull(value, NULL, piece.type == 'x' ? 16 : 10);
            break;
        }
    }
}

/* The form that says most about the text at `p`: the one with most letters of
 * its own. Of two with the same words, a link is what stands inside others.
 * `any`: a form may begin with what is not its own words. */
static QevmMessage *
match_form(const char *p, gboolean inside, gboolean any, gsize *taken)
{
    guint n, best = 0;
    const QevmMessageForm *forms = qevm_message_forms(&n);
    const Pattern *patterns = all_patterns();
    g_autoptr(GMatchInfo) found = NULL;
    QevmMessage *message;
    int end = 0;

    for (guint i = 0; i < n; i++) {
        g_autoptr(GMatchInfo) match = NULL;
        gboolean better;

        if ((!any && patterns[i].first == 0) ||
            strncmp(p, forms[i].text, patterns[i].first) != 0) {
            continue;
        }
        better = !found || patterns[i].literals > patterns[best].literals ||
                 (patterns[i].literals == patterns[best].literals &&
                  forms[i].link == inside && forms[best].link != inside);
        if (better && g_regex_match(patterns[i].regex, p, 0, &match)) {
            g_clear_pointer(&found, g_match_info_unref);
            found = g_steal_pointer(&match);
            best = i;
        }
    }
    if (!found) {
        return NULL;
    }
    message = qevm_message_new(forms[best].id);
    message->form = &forms[best];
    take_arguments(message, found);
    g_match_info_fetch_pos(found, 0, NULL, &end);
    *taken = (gsize)end;
    return message;
}

static gboolean
read_links(QevmMessageLine *line, const char *p, gboolean any)
{
    while (*p) {
        gsize taken;
        QevmMessage *message =
            match_form(p, line->messages->len > 0, any, &taken);

        if (!message) {
            break;
        }
        g_ptr_array_add(line->messages, message);
        p += taken;
        any = TRUE;
    }
    if (line->messages->len == 0) {
        return FALSE;
    }
    if (*p) {
        line->rest = g_strdup(p);
    }
    return TRUE;
}

/* Behind the program's name and ": "; NULL: none is there. */
static const char *
skip_program(const char *text, char **name)
{
    static GRegex *regex;
    g_autoptr(GMatchInfo) match = NULL;
    int end;

    if (g_once_init_enter(&regex)) {
        GRegex *made = g_regex_new("(?:^|[ \t/(\"'])((?:qemu|kvm|QEMU)"
                                   "[A-Za-z0-9_.+-]*): ",
                                   G_REGEX_RAW, 0, NULL);

        g_once_init_leave(&regex, made);
    }
    if (!g_regex_match(regex, text, 0, &match)) {
        return NULL;
    }
    *name = g_match_info_fetch(match, 1);
    g_match_info_fetch_pos(match, 0, NULL, &end);
    return text + end;
}

QevmMessageLine *
qevm_message_parse(const char *text)
{
    QevmMessageLine *line = g_new0(QevmMessageLine, 1);
    g_autofree char *copy = g_strndup(text, MAX_LINE);
    const char *whole = g_strstrip(copy), *start = whole;
    const char *program = skip_program(whole, &line->program);

    line->messages =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_message_free);
    if (read_links(line, whole, !program)) {
        return line;
    }
    if (program) {
        start = program;
    }
    if (g_str_has_prefix(start, "warning: ") ||
        g_str_has_prefix(start, "info: ")) {
        start = strchr(start, ' ') + 1;
        line->warning = TRUE;
    }
    if (program && read_links(line, start, TRUE)) {
        return line;
    }
    /* A failed assertion, for one, can have such a name in it. */
    if (program && read_links(line, whole, TRUE)) {
        g_clear_pointer(&line->program, g_free);
        line->warning = FALSE;
        return line;
    }
    /* -incoming ADDRESS, libvirt's words and the like end with a colon. */
    while ((start = strstr(start, ": "))) {
        start += 2;
        if (read_links(line, start, FALSE)) {
            break;
        }
    }
    return line;
}

void
qevm_message_line_free(QevmMessageLine *line)
{
    if (line) {
        g_ptr_array_unref(line->messages);
        g_free(line->program);
        g_free(line->rest);
        g_free(line);
    }
}

/* ---- errors ---- */

/* QEMU prints strerror() without setlocale(): English. */
static const struct {
    int number;
    const char *text;
} errors[] = {
    { EPERM, "Operation not permitted" },
    { ENOENT, "No such file or directory" },
    { EINTR, "Interrupted system call" },
    { EIO, "Input/output error" },
    { EBADF, "Bad file descriptor" },
    { EAGAIN, "Resource temporarily unavailable" },
    { ENOMEM, "Cannot allocate memory" },
    { EFAULT, "Bad address" },
    { EBUSY, "Device or resource busy" },
    { ENODEV, "No such device" },
    { EINVAL, "Invalid argument" },
    { EPIPE, "Broken pipe" },
    { ERANGE, "Numerical result out of range" },
    { ENOSYS, "Function not implemented" },
    { EBADMSG, "Bad message" },
    { EOVERFLOW, "Value too large for defined data type" },
    { ENOTSUP, "Operation not supported" },
    { ECONNABORTED, "Software caused connection abort" },
    { ECONNRESET, "Connection reset by peer" },
    { ETIMEDOUT, "Connection timed out" },
    { ECONNREFUSED, "Connection refused" },
};

int
qevm_message_errno(const char *text)
{
    for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
        if (strcmp(errors[i].text, text) == 0) {
            return errors[i].number;
        }
    }
    return 0;
}

const char *
qevm_message_strerror(int number)
{
    for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
        if (errors[i].number == number) {
            return errors[i].text;
        }
    }
    return NULL;
}
