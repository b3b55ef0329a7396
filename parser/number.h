/* number.h - integers of both kinds, exactly: nothing wraps unnoticed. */
#ifndef QEVM_PARSER_NUMBER_H
#define QEVM_PARSER_NUMBER_H

#include "parser/value.h"

/* A result is signed if all it came from is. Signed ones must fit in a gint64
 * in the end; what an unsigned number was part of may be as large as guint64
 * goes, or negative as far as gint64 does. */
typedef struct {
    gboolean negative;
    guint64 magnitude;
    gboolean is_signed;
} QevmNumber;

/* FALSE: no integer. */
QEVM_CHECKED gboolean qevm_number_from_value(const QevmValue *value,
                                             QevmNumber *out);
/* FALSE: it does not fit in 64 bits. */
QEVM_CHECKED gboolean qevm_number_to_value(const QevmNumber *n, QevmValue *out);

/* -1, 0, 1 by mathematical value. */
int qevm_number_compare(const QevmNumber *a, const QevmNumber *b);

/* FALSE: the result has more than 64 bits. */
QEVM_CHECKED gboolean qevm_number_add(const QevmNumber *a, const QevmNumber *b,
                                      QevmNumber *out);
QEVM_CHECKED gboolean qevm_number_subtract(const QevmNumber *a,
                                           const QevmNumber *b,
                                           QevmNumber *out);
QEVM_CHECKED gboolean qevm_number_multiply(const QevmNumber *a,
                                           const QevmNumber *b,
                                           QevmNumber *out);
/* Towards zero, as in C. b is not 0; either result may be NULL. */
void qevm_number_divide(const QevmNumber *a, const QevmNumber *b,
                        QevmNumber *quotient, QevmNumber *remainder);
/* count is 0..63; the result is signed if `a` is. */
QEVM_CHECKED gboolean qevm_number_shift_left(const QevmNumber *a, guint count,
                                             QevmNumber *out);
void qevm_number_shift_right(const QevmNumber *a, guint count, QevmNumber *out);
/* op is & | or ^, as on two's complement of endless length. */
QEVM_CHECKED gboolean qevm_number_bitwise(char op, const QevmNumber *a,
                                          const QevmNumber *b, QevmNumber *out);

#endif
