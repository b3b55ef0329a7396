/* Unit tests of rewrite/plan-section.c: versions, subsections, values that
 * have to be equal. */
#include "tests/unit/planning.h"

#define HEAD "machine=pc-1.0 block=pc.ram:1000 "
#define DEV(version, body) HEAD "[dev," #version ",dev " body " ]"
#define PRIV "env.priv_ver=uint64:00*7~02 "
#define RISCV(version, more)                                                   \
    "machine=virt [cpu," #version ",cpu " PRIV more " ]"

/* clang-format off */
static const struct plan_row rows[] = {
    { "same",
      .stream = DEV(1, "a=uint32:00000001"),
      .like = DEV(1, "a=uint32:00000002"),
      .plan = "" },
    { "version/newer",
      .stream = DEV(3, "a=uint32:00000001"),
      .like = DEV(2, "a=uint32:00000002"),
      .plan =
        "{'op':'set-version','at':'dev','version':2,'why':'what the destination knows','class':'lossless'}\n" },
    { "version/older",
      .stream = DEV(1, "a=uint32:00000001"),
      .like = DEV(2, "a=uint32:00000002"),
      .dump = T(VMSD("dev", 2, 2, FIELDS(F("a", 4)))),
      .plan =
        "{'op':'set-version','at':'dev','version':2,'why':'what the destination knows','class':'lossless'}\n" },
    { "version/older-taken",
      .stream = DEV(1, "a=uint32:00000001"),
      .like = DEV(2, "a=uint32:00000002"),
      .dump = T(VMSD("dev", 2, 1, FIELDS(F("a", 4)))),
      .plan = "" },
    { "version/older-other-fields",
      .stream = DEV(1, "a=uint32:00000001"),
      .like = DEV(2, "a=uint32:00000002 b=uint32:00000000"),
      .dump = T(VMSD("dev", 2, 2, FIELDS(F("a", 4) S F("b", 4)))),
      .plan =
        "! dev: it has version 1, and the destination takes none before version 2, whose fields are others, or mean something else\n" },
    { "version/older-than-an-older-one-takes",
      .stream = DEV(1, "a=uint32:00000001"),
      .like = DEV(3, "a=uint32:00000002 b=uint32:00000000"),
      .dump = T(VMSD("dev", 2, 2, FIELDS(F("a", 4)))),
      .plan =
        "! dev: it has version 1, and the destination takes none before version 2, whose fields are others, or mean something else\n" },
    { "version/older-by-a-hint",
      .stream = RISCV(5, "env.virt=uint64:00*8"),
      .like = RISCV(10, ""),
      .dump = T(VMSD("cpu", 10, 10, FIELDS(F("env.priv_ver", 8)))),
      .plan =
        "{'op':'set-version','at':'cpu','version':10,'why':'in a CPU of riscv, the types of fields changed, not what they mean','class':'lossless'}\n"
        "{'op':'remove-field','at':'cpu//env.virt','if-equals':{'hex':'0000000000000000'},'why':'the destination does not read it','class':'default'}\n" },
    { "version/older-subsection-with-other-fields",
      .stream = DEV(1, "a=uint32:00000001 (dev/s,1 b=uint8:02 )"),
      .like = DEV(1, "a=uint32:00000001 (dev/s,2 b=uint16:0000 (dev/s/t,3 c=uint8:00 ) )"),
      .plan =
        "{'op':'retype','at':'dev//{dev/s}/b','type':'uint16','value':{'expr':'.'},'why':'the destination reads as many bytes','class':'stated'}\n"
        "{'op':'set-version','at':'dev//{dev/s}','version':2,'why':'what the destination knows','class':'lossless'}\n" },
    { "version/older-subsection-known",
      .stream = DEV(1, "a=uint32:00000001 (dev/s,1 b=uint8:02 )"),
      .like = DEV(1, "a=uint32:00000001 (dev/s,2 b=uint16:0000 )"),
      .dump = T(VMSD("dev", 1, 1, FIELDS(F("a", 4)) SUBS(VMSD("dev/s", 2, 1, FIELDS(F("b", 2)))))),
      .plan =
        "{'op':'retype','at':'dev//{dev/s}/b','type':'uint16','value':{'expr':'.'},'why':'the destination reads as many bytes','class':'stated'}\n" },
    { "version/older-before-the-hint",
      .stream = RISCV(4, "env.virt=uint64:00*8"),
      .like = RISCV(10, ""),
      .dump = T(VMSD("cpu", 10, 10, FIELDS(F("env.priv_ver", 8)))),
      .plan =
        "! cpu: it has version 4, and the destination takes none before version 10, whose fields are others, or mean something else\n" },
    /* nobody knows what an older version has */
    { "version/older-with-field",
      .stream = DEV(1, "a=uint32:00000001 b=uint8:02"),
      .like = DEV(2, "a=uint16:0000 b=uint8:00"),
      .plan =
        "{'op':'retype','at':'dev//a','type':'uint16','value':{'expr':'.'},'why':'the destination reads as many bytes','class':'stated'}\n"
        "{'op':'set-version','at':'dev','version':2,'why':'what the destination knows','class':'lossless'}\n" },
    { "version/newer-with-field",
      .stream = DEV(3, "a=uint32:00000001 b=uint8:07"),
      .like = DEV(2, "a=uint32:00000002"),
      .plan =
        "{'op':'set-version','at':'dev','version':2,'why':'what the destination knows','class':'lossless'}\n"
        "{'op':'remove-field','at':'dev//b','why':'the destination does not read it','class':'lossy'}\n" },
    { "subsection/zero",
      .stream = DEV(1, "a=uint8:01 (dev/sub,1 index=uint32:00000000 )"),
      .like = DEV(1, "a=uint8:00"),
      .dump = T(V("dev", F("a", 1))),
      .plan =
        "{'op':'strip-subsection','at':'dev//{dev/sub}','if-equals':{'hex':'00000000'},'why':'the destination does not know it','class':'default'}\n" },
    { "subsection/used",
      .stream = DEV(1, "a=uint8:01 (dev/sub,1 index=uint32:00000007 )"),
      .like = DEV(1, "a=uint8:00"),
      .dump = T(V("dev", F("a", 1))),
      .plan =
        "{'op':'strip-subsection','at':'dev//{dev/sub}','why':'the destination does not know it','class':'lossy'}\n" },
    { "subsection/as-when-idle",
      .stream = DEV(1, "a=uint8:01 (dev/sub,1 index=uint32:00000007 )"),
      .like = DEV(1, "a=uint8:00"),
      .base = DEV(1, "a=uint8:00 (dev/sub,1 index=uint32:00000007 )"),
      .dump = T(V("dev", F("a", 1))),
      .plan =
        "{'op':'strip-subsection','at':'dev//{dev/sub}','if-equals':{'hex':'00000007'},'why':'the destination does not know it','class':'default'}\n" },
    { "subsection/zero-not-when-idle",
      .stream = DEV(1, "a=uint8:01 (dev/sub,1 index=uint32:00000000 n=uint8:07 )"),
      .like = DEV(1, "a=uint8:00"),
      .base = DEV(1, "a=uint8:00 (dev/sub,1 index=uint32:00000007 n=uint8:07 )"),
      .dump = T(V("dev", F("a", 1))),
      .plan =
        "{'op':'strip-subsection','at':'dev//{dev/sub}','why':'the destination does not know it','class':'lossy'}\n" },
    { "subsection/zero-or-when-idle",
      .stream = DEV(1, "a=uint8:01 (dev/sub,1 s=inner{ x=uint8:00 y=uint8:00 } )"),
      .like = DEV(1, "a=uint8:00"),
      .base = DEV(1, "a=uint8:00 (dev/sub,1 s=inner{ x=uint8:00 } )"),
      .dump = T(V("dev", F("a", 1))),
      .plan =
        "{'op':'strip-subsection','at':'dev//{dev/sub}','why':'the destination does not know it','class':'lossy'}\n" },
    { "subsection/zeros-that-are-there",
      .stream = DEV(1, "a=uint8:01 (dev/sub,1 s=inner{ x=uint8:00 (inner/sub,1 y=uint8:00 ) } )"),
      .like = DEV(1, "a=uint8:00"),
      .dump = T(V("dev", F("a", 1))),
      .plan =
        "{'op':'strip-subsection','at':'dev//{dev/sub}','why':'the destination does not know it','class':'lossy'}\n" },
    { "subsection/known",
      .stream = DEV(1, "a=uint8:01 (dev/sub,1 index=uint32:00000007 )"),
      .like = DEV(1, "a=uint8:00"),
      .dump = T(VMSD("dev", 1, 1, FIELDS(F("a", 1)) SUBS(V("dev/sub", F("index", 4))))),
      .plan = "" },
    { "subsection/too-new",
      .stream = DEV(1, "a=uint8:01 (dev/sub,3 index=uint32:00000007 )"),
      .like = DEV(1, "a=uint8:00 (dev/sub,2 index=uint32:00000000 )"),
      .plan =
        "{'op':'set-version','at':'dev//{dev/sub}','version':2,'why':'what the destination knows','class':'lossless'}\n" },
    { "subsection/one-of-two",
      .stream = DEV(1, "a=uint8:01 (dev/one,1 x=uint8:01 ) (dev/two,1 y=uint8:00 )"),
      .like = DEV(1, "a=uint8:00 (dev/one,1 x=uint8:01 )"),
      .dump = T(VMSD("dev", 1, 1, FIELDS(F("a", 1)) SUBS(V("dev/one", F("x", 1))))),
      .plan =
        "{'op':'strip-subsection','at':'dev//{dev/two}','if-equals':{'hex':'00'},'why':'the destination does not know it','class':'default'}\n" },
    { "subsection/nested",
      .stream = DEV(1, "s=inner{ a=uint8:01 (inner/sub,1 x=uint8:00 ) }"),
      .like = DEV(1, "s=inner{ a=uint8:01 }"),
      .dump = T(V("dev", FS("s", V("inner", F("a", 1))))),
      .plan =
        "{'op':'strip-subsection','at':'dev//s/{inner/sub}','if-equals':{'hex':'00'},'why':'the destination does not know it','class':'default'}\n" },
    { "equal/one",
      .stream = DEV(1, "n=int32~equal:00000004 a=uint8:01"),
      .like = DEV(1, "n=int32~equal:00000002 a=uint8:00"),
      .plan =
        "{'op':'set','at':'dev//n','value':2,'why':'the destination has this number of them','class':'visible'}\n" },
    { "equal/several",
      .stream = DEV(1, "n=uint8~equal*3:010203"),
      .like = DEV(1, "n=uint8~equal*3:010305"),
      .plan =
        "{'op':'set','at':'dev//n[1]','value':3,'why':'the destination has this number of them','class':'visible'}\n"
        "{'op':'set','at':'dev//n[2]','value':5,'why':'the destination has this number of them','class':'visible'}\n" },
    { "bool",
      .stream = DEV(1, "a=uint32:00000001 b=bool:01"),
      .like = DEV(1, "a=uint32:00000001 b=bool:00"),
      .plan = "" },
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan-section/", rows, G_N_ELEMENTS(rows));
    return g_test_run();
}
