/* number.c - exact arithmetic on sign and magnitude. */
#include "parser/number.h"

gboolean
qevm_number_from_value(const QevmValue *value, QevmNumber *out)
{
    if (value->kind != QEVM_VALUE_SINT && value->kind != QEVM_VALUE_UINT) {
        return FALSE;
    }
    out->is_signed = value->kind == QEVM_VALUE_SINT;
    out->negative = out->is_signed && value->as.s < 0;
    out->magnitude = out->negative ? -value->as.u : value->as.u;
    return TRUE;
}

gboolean
qevm_number_to_value(const QevmNumber *n, QevmValue *out)
{
    if (n->negative && n->magnitude > 0) {
        if (n->magnitude > (guint64)G_MAXINT64 + 1) {
            return FALSE;
        }
        qevm_value_set_sint(out, (gint64)-n->magnitude);
        return TRUE;
    }
    if (!n->is_signed) {
        qevm_value_set_uint(out, n->magnitude);
        return TRUE;
    }
    if (n->magnitude > G_MAXINT64) {
        return FALSE;
    }
    qevm_value_set_sint(out, (gint64)n->magnitude);
    return TRUE;
}

static QevmNumber
number(gboolean negative, guint64 magnitude, gboolean is_signed)
{
    /* There is one zero, for compare. */
    QevmNumber n = { negative && magnitude > 0, magnitude, is_signed };

    return n;
}

int
qevm_number_compare(const QevmNumber *a, const QevmNumber *b)
{
    int order = (a->magnitude > b->magnitude) - (a->magnitude < b->magnitude);

    if (a->negative != b->negative) {
        return a->negative ? -1 : 1;
    }
    return a->negative ? -order : order;
}

gboolean
qevm_number_add(const QevmNumber *a, const QevmNumber *b, QevmNumber *out)
{
    gboolean is_signed = a->is_signed && b->is_signed;

    if (a->negative == b->negative) {
        gboolean negative = a->negative;
        guint64 sum;

        if (__builtin_add_overflow(a->magnitude, b->magnitude, &sum)) {
            return FALSE;
        }
        *out = number(negative, sum, is_signed);
    } else if (a->magnitude >= b->magnitude) {
        *out = number(a->negative, a->magnitude - b->magnitude, is_signed);
    } else {
        *out = number(b->negative, b->magnitude - a->magnitude, is_signed);
    }
    return TRUE;
}

gboolean
qevm_number_subtract(const QevmNumber *a, const QevmNumber *b, QevmNumber *out)
{
    QevmNumber minus_b = number(!b->negative, b->magnitude, b->is_signed);

    return qevm_number_add(a, &minus_b, out);
}

gboolean
qevm_number_multiply(const QevmNumber *a, const QevmNumber *b, QevmNumber *out)
{
    guint64 product;

    if (__builtin_mul_overflow(a->magnitude, b->magnitude, &product)) {
        return FALSE;
    }
    *out = number(a->negative != b->negative, product,
                  a->is_signed && b->is_signed);
    return TRUE;
}

void
qevm_number_divide(const QevmNumber *a, const QevmNumber *b,
                   QevmNumber *quotient, QevmNumber *remainder)
{
    gboolean is_signed = a->is_signed && b->is_signed;

    if (quotient) {
        *quotient = number(a->negative != b->negative,
                           a->magnitude / b->magnitude, is_signed);
    }
    if (remainder) {
        *remainder =
            number(a->negative, a->magnitude % b->magnitude, is_signed);
    }
}

gboolean
qevm_number_shift_left(const QevmNumber *a, guint count, QevmNumber *out)
{
    *out = number(a->negative, a->magnitude << count, a->is_signed);
    return out->magnitude >> count == a->magnitude;
}

void
qevm_number_shift_right(const QevmNumber *a, guint count, QevmNumber *out)
{
    /* Rounds down, as an arithmetic shift does. */
    guint64 magnitude =
        a->negative ? ((a->magnitude - 1) >> count) + 1 : a->magnitude >> count;

    *out = number(a->negative, magnitude, a->is_signed);
}

gboolean
qevm_number_bitwise(char op, const QevmNumber *a, const QevmNumber *b,
                    QevmNumber *out)
{
    /* The low 64 bits; the sign is bit 64 and all above. */
    guint64 x = a->negative ? -a->magnitude : a->magnitude;
    guint64 y = b->negative ? -b->magnitude : b->magnitude;
    guint64 low = op == '&' ? x & y : op == '|' ? x | y : x ^ y;
    gboolean negative = op == '&'   ? a->negative && b->negative
                        : op == '|' ? a->negative || b->negative
                                    : a->negative != b->negative;

    *out =
        number(negative, negative ? -low : low, a->is_signed && b->is_signed);
    /* -2^64 has the low bits of 0. */
    return !negative || low != 0;
}
