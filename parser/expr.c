/* expr.c - reads and evaluates expressions. */
#include "parser/expr.h"
#include "parser/number.h"

#include <string.h>

/*
 * EXPRESSION = OR [ "?" EXPRESSION ":" EXPRESSION ] ;
 * OR         = AND { "||" AND } ;
 * AND        = BITOR { "&&" BITOR } ;
 * BITOR      = BITXOR { "|" BITXOR } ;
 * BITXOR     = BITAND { "^" BITAND } ;
 * BITAND     = EQUALITY { "&" EQUALITY } ;
 * EQUALITY   = ORDER { ( "==" | "!=" ) ORDER } ;
 * ORDER      = SHIFT { ( "<" | "<=" | ">" | ">=" ) SHIFT } ;
 * SHIFT      = SUM { ( "<<" | ">>" ) SUM } ;
 * SUM        = PRODUCT { ( "+" | "-" ) PRODUCT } ;
 * PRODUCT    = UNARY { ( "*" | "/" | "%" ) UNARY } ;
 * UNARY      = ( "-" | "~" | "!" ) UNARY | OPERAND ;
 * OPERAND    = "(" EXPRESSION ")" | LITERAL | FIELD | "version"
 *            | ( "size" | "count" | "exists" ) "(" [ FIELD ] ")"
 *            | "left" "(" ")" | ( "sibling" | "idstr_is" ) "(" STRING ")" ;
 * FIELD      = "." | "$" STRING ;
 * LITERAL    = DECIMAL | "0x" HEXDIGITS | STRING | "hex:" HEXPAIRS
 *            | "true" | "false" | "null" ;
 * STRING     = '"' { CHARACTER | "\\" | '\"' | "\x" HEXPAIR } '"' ;
 *
 * White space may stand between any two of these. left(), sibling() and
 * idstr_is() are of device descriptions only.
 */

#define TEXT_MAX 4096
#define NEST_MAX 64

typedef enum {
    /* Binary ones first, as rows of the table below. */
    OP_MUL,
    OP_DIV,
    OP_REM,
    OP_ADD,
    OP_SUB,
    OP_SHL,
    OP_SHR,
    OP_LE,
    OP_LT,
    OP_GE,
    OP_GT,
    OP_EQ,
    OP_NE,
    OP_LAND,
    OP_LOR,
    OP_AND,
    OP_XOR,
    OP_OR,
    OP_NEG,
    OP_NOT,
    OP_LNOT,
    OP_IF,
    OP_LITERAL,
    OP_LOOKUP,
} Op;

/* Longer spellings stand before their prefixes. */
/* clang-format off */
static const struct operator {
    const char *text;
    Op op;
    guint precedence;
} operators[] = {
    { "*",  OP_MUL,  10 }, { "/",  OP_DIV,  10 }, { "%",  OP_REM,  10 },
    { "+",  OP_ADD,  9 },  { "-",  OP_SUB,  9 },
    { "<<", OP_SHL,  8 },  { ">>", OP_SHR,  8 },
    { "<=", OP_LE,   7 },  { "<",  OP_LT,   7 },
    { ">=", OP_GE,   7 },  { ">",  OP_GT,   7 },
    { "==", OP_EQ,   6 },  { "!=", OP_NE,   6 },
    { "&&", OP_LAND, 2 },  { "||", OP_LOR,  1 },
    { "&",  OP_AND,  5 },  { "^",  OP_XOR,  4 },  { "|",  OP_OR,   3 },
};
/* clang-format on */

struct QevmExpr {
    Op op;
    guint column;      /* of the operator, or the operand's first byte */
    guint cost;        /* of the outermost one: how many there are */
    QevmExpr *args[3]; /* owned */
    QevmValue literal; /* owned */
    QevmLookup lookup;
    char *path; /* owned; NULL is `.` */
};

typedef struct {
    const char *text, *at;
    gboolean description; /* of a device, not a rule's */
    guint nesting;
    GError **error;
} Parser;

static QevmExpr *parse_expression(Parser *p);

void
qevm_expr_free(QevmExpr *expr)
{
    if (!expr) {
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(expr->args); i++) {
        qevm_expr_free(expr->args[i]);
    }
    qevm_value_clear(&expr->literal);
    g_free(expr->path);
    g_free(expr);
}

static guint
column_of(const Parser *p, const char *at)
{
    return (guint)(at - p->text) + 1;
}

static QevmExpr *
expr_new(Op op, guint column)
{
    QevmExpr *expr = g_new0(QevmExpr, 1);

    expr->op = op;
    expr->column = column;
    return expr;
}

static void
skip_space(Parser *p)
{
    while (g_ascii_isspace(*p->at)) {
        p->at++;
    }
}

/* Always NULL: what was expected, and what stands there instead. */
static QevmExpr *
refuse(Parser *p, const char *wanted)
{
    const char *end;
    g_autofree char *found = NULL;

    if (*p->at == '\0') {
        found = g_strdup("the end");
    } else if (!g_utf8_validate_len(p->at, 1, NULL) ||
               g_ascii_iscntrl(*p->at)) {
        found = g_strdup_printf("byte 0x%02x", (guchar)*p->at);
    } else {
        end = p->at + 1;
        while (g_ascii_isalnum(*p->at) && g_ascii_isalnum(*end)) {
            end++;
        }
        found = g_strdup_printf("`%.*s`", (int)(end - p->at), p->at);
    }
    g_set_error(p->error, QEVM_ERROR, QEVM_ERROR_EXPR,
                "column %u: expected %s, found %s", column_of(p, p->at), wanted,
                found);
    return NULL;
}

static gboolean
take_char(Parser *p, char c)
{
    skip_space(p);
    if (*p->at != c) {
        return FALSE;
    }
    p->at++;
    return TRUE;
}

/* A word is letters and `_`; it ends where they do. */
static gboolean
take_word(Parser *p, const char *word)
{
    gsize len = strlen(word);

    if (strncmp(p->at, word, len) != 0 || g_ascii_isalnum(p->at[len]) ||
        p->at[len] == '_') {
        return FALSE;
    }
    p->at += len;
    return TRUE;
}

static gboolean
parse_field(Parser *p, char **path)
{
    g_autoptr(GString) text = NULL;
    const char *wanted, *start;

    if (take_char(p, '.')) {
        *path = NULL;
        return TRUE;
    }
    if (!take_char(p, '$')) {
        refuse(p, "`.` or $\"path\"");
        return FALSE;
    }
    start = p->at;
    text = g_string_new(NULL);
    wanted = qevm_scan_string(&p->at, text);
    if (wanted) {
        refuse(p, p->at == start ? "a path in double quotes" : wanted);
        return FALSE;
    }
    if (strlen(text->str) != text->len) {
        p->at = start;
        refuse(p, "a path without a zero byte");
        return FALSE;
    }
    *path = g_strdup(text->str);
    return TRUE;
}

static QevmExpr *
parse_call(Parser *p, QevmLookup lookup, guint column)
{
    g_autoptr(QevmExpr) expr = expr_new(OP_LOOKUP, column);

    expr->lookup = lookup;
    if (!take_char(p, '(')) {
        return refuse(p, "`(`");
    }
    if (take_char(p, ')')) {
        return g_steal_pointer(&expr);
    }
    if (!parse_field(p, &expr->path)) {
        return NULL;
    }
    if (!take_char(p, ')')) {
        return refuse(p, "`)`");
    }
    return g_steal_pointer(&expr);
}

/* left(), sibling("TEXT"), idstr_is("TEXT") */
static QevmExpr *
parse_question(Parser *p, QevmLookup lookup, guint column)
{
    g_autoptr(QevmExpr) expr = expr_new(OP_LOOKUP, column);
    g_autoptr(GString) text = g_string_new(NULL);
    const char *wanted;

    expr->lookup = lookup;
    if (!take_char(p, '(')) {
        return refuse(p, "`(`");
    }
    if (lookup != QEVM_LOOKUP_LEFT) {
        skip_space(p);
        wanted = qevm_scan_string(&p->at, text);
        if (wanted) {
            return refuse(p, wanted);
        }
        expr->path = g_strndup(text->str, text->len);
    }
    if (!take_char(p, ')')) {
        return refuse(p, "`)`");
    }
    return g_steal_pointer(&expr);
}

static QevmExpr *
parse_number(Parser *p, guint column)
{
    g_autoptr(QevmExpr) expr = expr_new(OP_LITERAL, column);
    guint64 v;
    const char *wanted = qevm_scan_integer(&p->at, &v);

    if (wanted) {
        return refuse(p, wanted);
    }
    if (v > G_MAXINT64) {
        qevm_value_set_uint(&expr->literal, v);
    } else {
        qevm_value_set_sint(&expr->literal, (gint64)v);
    }
    return g_steal_pointer(&expr);
}

static QevmExpr *
parse_string(Parser *p, guint column)
{
    g_autoptr(QevmExpr) expr = expr_new(OP_LITERAL, column);
    g_autoptr(GString) text = g_string_new(NULL);
    const char *wanted = qevm_scan_string(&p->at, text);

    if (wanted) {
        return refuse(p, wanted);
    }
    qevm_value_set_bytes(&expr->literal, QEVM_VALUE_STRING, text->str,
                         text->len);
    return g_steal_pointer(&expr);
}

static QevmExpr *
parse_hex(Parser *p, guint column)
{
    g_autoptr(QevmExpr) expr = expr_new(OP_LITERAL, column);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const char *wanted;

    p->at += strlen("hex:");
    wanted = qevm_scan_hex(&p->at, bytes);
    if (wanted) {
        return refuse(p, wanted);
    }
    qevm_value_set_bytes(&expr->literal, QEVM_VALUE_BYTES, bytes->data,
                         bytes->len);
    return g_steal_pointer(&expr);
}

static QevmExpr *
parse_word(Parser *p, guint column)
{
    static const struct {
        const char *word;
        QevmLookup lookup;
    } calls[] = {
        { "size", QEVM_LOOKUP_SIZE },
        { "count", QEVM_LOOKUP_COUNT },
        { "exists", QEVM_LOOKUP_EXISTS },
    }, questions[] = {
        { "left", QEVM_LOOKUP_LEFT },
        { "sibling", QEVM_LOOKUP_SIBLING },
        { "idstr_is", QEVM_LOOKUP_IDSTR_IS },
    };
    g_autoptr(QevmExpr) expr = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
        if (take_word(p, calls[i].word)) {
            return parse_call(p, calls[i].lookup, column);
        }
    }
    for (guint i = 0; p->description && i < G_N_ELEMENTS(questions); i++) {
        if (take_word(p, questions[i].word)) {
            return parse_question(p, questions[i].lookup, column);
        }
    }
    if (take_word(p, "version")) {
        expr = expr_new(OP_LOOKUP, column);
        expr->lookup = QEVM_LOOKUP_VERSION;
        return g_steal_pointer(&expr);
    }
    expr = expr_new(OP_LITERAL, column);
    if (take_word(p, "true")) {
        qevm_value_set_bool(&expr->literal, TRUE);
    } else if (take_word(p, "false")) {
        qevm_value_set_bool(&expr->literal, FALSE);
    } else if (take_word(p, "null")) {
        expr->literal.kind = QEVM_VALUE_NULL;
    } else {
        return refuse(p, "an operand (a literal, `.`, $\"path\", version, "
                         "size(), count(), exists(), true, false, null)");
    }
    return g_steal_pointer(&expr);
}

static QevmExpr *
parse_operand(Parser *p)
{
    guint column;

    skip_space(p);
    column = column_of(p, p->at);
    if (take_char(p, '(')) {
        g_autoptr(QevmExpr) inner = parse_expression(p);

        if (inner && !take_char(p, ')')) {
            return refuse(p, "an operator or `)`");
        }
        return g_steal_pointer(&inner);
    }
    if (*p->at == '.' || *p->at == '$') {
        g_autoptr(QevmExpr) expr = expr_new(OP_LOOKUP, column);

        if (!parse_field(p, &expr->path)) {
            return NULL;
        }
        expr->lookup = expr->path ? QEVM_LOOKUP_FIELD : QEVM_LOOKUP_SELF;
        return g_steal_pointer(&expr);
    }
    if (g_ascii_isdigit(*p->at)) {
        return parse_number(p, column);
    }
    if (*p->at == '"') {
        return parse_string(p, column);
    }
    if (g_str_has_prefix(p->at, "hex:")) {
        return parse_hex(p, column);
    }
    return parse_word(p, column);
}

static QevmExpr *
parse_unary(Parser *p)
{
    g_autoptr(QevmExpr) expr = NULL;
    guint column;
    Op op;

    skip_space(p);
    column = column_of(p, p->at);
    if (*p->at == '-') {
        op = OP_NEG;
    } else if (*p->at == '~') {
        op = OP_NOT;
    } else if (*p->at == '!') {
        op = OP_LNOT;
    } else {
        return parse_operand(p);
    }
    if (++p->nesting > NEST_MAX) {
        return refuse(p, "at most 64 levels of nesting");
    }
    p->at++;
    expr = expr_new(op, column);
    expr->args[0] = parse_unary(p);
    p->nesting--;
    return expr->args[0] ? g_steal_pointer(&expr) : NULL;
}

static const struct operator* peek_operator(Parser *p)
{
    skip_space(p);
    for (guint i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (g_str_has_prefix(p->at, operators[i].text)) {
            return &operators[i];
        }
    }
    return NULL;
}

/* Operators of at least this precedence, left to right: a chain costs no
 * nesting, and precedence only climbs, so the recursion is at most ten. */
static QevmExpr *
parse_binary(Parser *p, guint precedence)
{
    g_autoptr(QevmExpr) left = parse_unary(p);

    while (left) {
        const struct operator* operator= peek_operator(p);
        g_autoptr(QevmExpr) expr = NULL;

        if (!operator|| operator->precedence<precedence) {
            break;
        }
        expr = expr_new(operator->op, column_of(p, p->at));
        p->at += strlen(operator->text);
        expr->args[1] = parse_binary(p, operator->precedence + 1);
        if (!expr->args[1]) {
            return NULL;
        }
        expr->args[0] = g_steal_pointer(&left);
        left = g_steal_pointer(&expr);
    }
    return g_steal_pointer(&left);
}

static QevmExpr *
parse_choice(Parser *p)
{
    g_autoptr(QevmExpr) cond = parse_binary(p, 1);
    g_autoptr(QevmExpr) expr = NULL;

    if (!cond || !take_char(p, '?')) {
        return g_steal_pointer(&cond);
    }
    expr = expr_new(OP_IF, column_of(p, p->at - 1));
    expr->args[0] = g_steal_pointer(&cond);
    expr->args[1] = parse_expression(p);
    if (!expr->args[1]) {
        return NULL;
    }
    if (!take_char(p, ':')) {
        return refuse(p, "an operator or `:`");
    }
    expr->args[2] = parse_expression(p);
    return expr->args[2] ? g_steal_pointer(&expr) : NULL;
}

static QevmExpr *
parse_expression(Parser *p)
{
    QevmExpr *expr;

    if (++p->nesting > NEST_MAX) {
        skip_space(p);
        return refuse(p, "at most 64 levels of nesting");
    }
    expr = parse_choice(p);
    p->nesting--;
    return expr;
}

static guint
count_parts(const QevmExpr *expr)
{
    guint n = 1;

    for (guint i = 0; i < G_N_ELEMENTS(expr->args) && expr->args[i]; i++) {
        n += count_parts(expr->args[i]);
    }
    return n;
}

guint
qevm_expr_cost(const QevmExpr *expr)
{
    return expr->cost;
}

static QevmExpr *
parse(const char *text, gboolean description, GError **error)
{
    Parser p = { text, text, description, 0, error };
    g_autoptr(QevmExpr) expr = NULL;

    if (strlen(text) > TEXT_MAX) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "column %u: expected at most %u bytes", TEXT_MAX + 1,
                    TEXT_MAX);
        return NULL;
    }
    expr = parse_expression(&p);
    if (expr) {
        skip_space(&p);
        if (*p.at != '\0') {
            return refuse(&p, "an operator or the end");
        }
        expr->cost = count_parts(expr);
    }
    return g_steal_pointer(&expr);
}

QevmExpr *
qevm_expr_parse(const char *text, GError **error)
{
    return parse(text, FALSE, error);
}

QevmExpr *
qevm_expr_parse_description(const char *text, GError **error)
{
    return parse(text, TRUE, error);
}

/* ---- evaluation ---- */

static const char *
spelling(Op op)
{
    for (guint i = 0; i < G_N_ELEMENTS(operators); i++) {
        if (operators[i].op == op) {
            return operators[i].text;
        }
    }
    return op == OP_NEG ? "-" : op == OP_NOT ? "~" : op == OP_LNOT ? "!" : "?:";
}

static gboolean
mismatch(const QevmExpr *e, const char *wanted, const QevmValue *got,
         GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                "column %u: `%s` expects %s, not %s", e->column,
                spelling(e->op), wanted, qevm_value_kind_name(got->kind));
    return FALSE;
}

static gboolean
overflow(const QevmExpr *e, const QevmValue *a, const QevmValue *b,
         GError **error)
{
    g_autofree char *left = qevm_value_format(a);
    g_autofree char *right = qevm_value_format(b);

    g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                "column %u: %s %s %s does not fit in 64 bits", e->column, left,
                spelling(e->op), right);
    return FALSE;
}

static gboolean
to_number(const QevmExpr *e, const QevmValue *v, QevmNumber *out,
          GError **error)
{
    return qevm_number_from_value(v, out) || mismatch(e, "integers", v, error);
}

/* FALSE: the result does not fit. */
static gboolean
calculate(Op op, const QevmNumber *a, const QevmNumber *b, QevmNumber *out)
{
    switch (op) {
    case OP_ADD:
        return qevm_number_add(a, b, out);
    case OP_SUB:
        return qevm_number_subtract(a, b, out);
    case OP_MUL:
        return qevm_number_multiply(a, b, out);
    case OP_DIV:
        qevm_number_divide(a, b, out, NULL);
        return TRUE;
    case OP_REM:
        qevm_number_divide(a, b, NULL, out);
        return TRUE;
    case OP_SHL:
        return qevm_number_shift_left(a, (guint)b->magnitude, out);
    case OP_SHR:
        qevm_number_shift_right(a, (guint)b->magnitude, out);
        return TRUE;
    default:
        return qevm_number_bitwise(op == OP_AND  ? '&'
                                   : op == OP_OR ? '|'
                                                 : '^',
                                   a, b, out);
    }
}

static gboolean
in_order(Op op, int order)
{
    switch (op) {
    case OP_LT:
        return order < 0;
    case OP_LE:
        return order <= 0;
    case OP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static gboolean
eval_arithmetic(const QevmExpr *e, const QevmValue *left,
                const QevmValue *right, QevmValue *out, GError **error)
{
    QevmNumber a, b, result;

    if (!to_number(e, left, &a, error) || !to_number(e, right, &b, error)) {
        return FALSE;
    }
    if (e->op >= OP_LE && e->op <= OP_GT) {
        qevm_value_set_bool(out, in_order(e->op, qevm_number_compare(&a, &b)));
        return TRUE;
    }
    if ((e->op == OP_DIV || e->op == OP_REM) && b.magnitude == 0) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "column %u: division by zero", e->column);
        return FALSE;
    }
    if ((e->op == OP_SHL || e->op == OP_SHR) &&
        (b.negative || b.magnitude > 63)) {
        g_autofree char *count = qevm_value_format(right);

        g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "column %u: `%s` expects a count of 0 to 63, not %s",
                    e->column, spelling(e->op), count);
        return FALSE;
    }
    if (!calculate(e->op, &a, &b, &result) ||
        !qevm_number_to_value(&result, out)) {
        return overflow(e, left, right, error);
    }
    return TRUE;
}

/* Kinds that `==` compares: 0 is null, which it compares with any. */
static guint
family(const QevmValue *v)
{
    switch (v->kind) {
    case QEVM_VALUE_BOOL:
        return 1;
    case QEVM_VALUE_SINT:
    case QEVM_VALUE_UINT:
        return 2;
    case QEVM_VALUE_STRING:
    case QEVM_VALUE_BYTES:
        return 3;
    default:
        return 0;
    }
}

static gboolean
eval_equality(const QevmExpr *e, const QevmValue *left, const QevmValue *right,
              QevmValue *out, GError **error)
{
    if (family(left) != 0 && family(right) != 0 &&
        family(left) != family(right)) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "column %u: `%s` cannot compare %s with %s", e->column,
                    spelling(e->op), qevm_value_kind_name(left->kind),
                    qevm_value_kind_name(right->kind));
        return FALSE;
    }
    qevm_value_set_bool(out, qevm_value_equal(left, right) == (e->op == OP_EQ));
    return TRUE;
}

static gboolean
eval_condition(const QevmExpr *e, const QevmExpr *arg, const QevmScope *scope,
               gboolean *out, GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!qevm_expr_eval(arg, scope, &value, error)) {
        return FALSE;
    }
    if (value.kind != QEVM_VALUE_BOOL) {
        return mismatch(e, e->op == OP_IF ? "a boolean before it" : "booleans",
                        &value, error);
    }
    *out = value.as.b != FALSE;
    return TRUE;
}

/* && || ! and ?: evaluate no more than they need. */
static gboolean
eval_logic(const QevmExpr *e, const QevmScope *scope, QevmValue *out,
           GError **error)
{
    gboolean b;

    if (!eval_condition(e, e->args[0], scope, &b, error)) {
        return FALSE;
    }
    if (e->op == OP_IF) {
        return qevm_expr_eval(e->args[b ? 1 : 2], scope, out, error);
    }
    if (e->op == OP_LNOT) {
        b = !b;
    } else if (b == (e->op == OP_LAND) &&
               !eval_condition(e, e->args[1], scope, &b, error)) {
        return FALSE;
    }
    qevm_value_set_bool(out, b);
    return TRUE;
}

static gboolean
eval_unary(const QevmExpr *e, const QevmScope *scope, QevmValue *out,
           GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    QevmNumber n;

    if (!qevm_expr_eval(e->args[0], scope, &value, error) ||
        !to_number(e, &value, &n, error)) {
        return FALSE;
    }
    if (e->op == OP_NEG) {
        n.negative = !n.negative;
        if (!qevm_number_to_value(&n, out)) {
            QevmValue zero = { QEVM_VALUE_SINT, { 0 }, NULL, 0 };

            return overflow(e, &zero, &value, error);
        }
    } else if (n.is_signed) {
        qevm_value_set_sint(out, ~value.as.s);
    } else {
        qevm_value_set_uint(out, ~value.as.u);
    }
    return TRUE;
}

static gboolean
eval_lookup(const QevmExpr *e, const QevmScope *scope, QevmValue *out,
            GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!scope->lookup(scope->user, e->lookup, e->path, &value, error)) {
        g_prefix_error(error, "column %u: ", e->column);
        return FALSE;
    }
    qevm_value_copy(out, &value);
    return TRUE;
}

gboolean
qevm_expr_eval(const QevmExpr *expr, const QevmScope *scope, QevmValue *out,
               GError **error)
{
    g_auto(QevmValue) left = QEVM_VALUE_INIT;
    g_auto(QevmValue) right = QEVM_VALUE_INIT;

    switch (expr->op) {
    case OP_LITERAL:
        qevm_value_copy(out, &expr->literal);
        return TRUE;
    case OP_LOOKUP:
        return eval_lookup(expr, scope, out, error);
    case OP_IF:
    case OP_LAND:
    case OP_LOR:
    case OP_LNOT:
        return eval_logic(expr, scope, out, error);
    case OP_NEG:
    case OP_NOT:
        return eval_unary(expr, scope, out, error);
    default:
        break;
    }
    if (!qevm_expr_eval(expr->args[0], scope, &left, error) ||
        !qevm_expr_eval(expr->args[1], scope, &right, error)) {
        return FALSE;
    }
    if (expr->op == OP_EQ || expr->op == OP_NE) {
        return eval_equality(expr, &left, &right, out, error);
    }
    return eval_arithmetic(expr, &left, &right, out, error);
}

gboolean
qevm_expr_eval_bool(const QevmExpr *expr, const QevmScope *scope, gboolean *out,
                    GError **error)
{
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    if (!qevm_expr_eval(expr, scope, &value, error)) {
        return FALSE;
    }
    if (value.kind != QEVM_VALUE_BOOL) {
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_EXPR,
                    "column %u: expected a condition, not %s", expr->column,
                    qevm_value_kind_name(value.kind));
        return FALSE;
    }
    *out = value.as.b != FALSE;
    return TRUE;
}

void
qevm_expr_foreach_lookup(const QevmExpr *expr,
                         void (*each)(QevmLookup what, const char *path,
                                      gpointer user),
                         gpointer user)
{
    if (expr->op == OP_LOOKUP) {
        each(expr->lookup, expr->path, user);
    }
    for (guint i = 0; i < G_N_ELEMENTS(expr->args) && expr->args[i]; i++) {
        qevm_expr_foreach_lookup(expr->args[i], each, user);
    }
}
