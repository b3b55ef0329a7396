/* Unit tests of rewrite/plan-device.c: registers, processors, capabilities. */
#include "tests/unit/planning.h"

/* Registers of the list: two of the guest's, a constant, one of a debugger. */
#define TTBR "603000000013c100"
#define VBAR "603000000013c600"
#define MIDR "603000000013c000"
#define ONE "0000000000000001"
#define TWO "0000000000000002"
#define NONE "0000000000000000"
#define REGISTERS(count, indexes, values)                                      \
    "cpreg_vmstate_array_len=int32:0000000" #count                             \
    " cpreg_vmstate_indexes=uint64*" #count ":" indexes                        \
    " cpreg_vmstate_values=uint64*" #count ":" values " "
#define CPU(count, indexes, values)                                            \
    "machine=virt [cpu,22,cpu " REGISTERS(count, indexes, values) "]"
#define FEATURES(field)                                                        \
    "machine=virt [cpu,22,cpu " REGISTERS(                                     \
        1, TTBR, ONE) "env.exclusive_high=uint64:" ONE " " field               \
                      " env.exception.syndrome=uint32:00000000 ]"
#define OF_RISCV(feature)                                                      \
    "machine=virt [cpu,5,cpu env.misa_ext_mask=uint32:00000001 "               \
    "env.features=uint32:0000000" #feature " env.priv=uint64:" ONE " ]"
#define PPC(version)                                                           \
    "machine=pseries [cpu,5,cpu env.spr=uint64*1024:00*2296~00*4~" version     \
    "00*5888 ]"
#define SPAPR(caps) "machine=pseries [spapr,3,spapr a=uint8:01" caps " ]"
#define CFPC(value) " (spapr/cap/cfpc,1 mig.caps[0x03]=uint8:" value " )"

/* clang-format off */
static const struct plan_row rows[] = {
    { "registers/same",
      .stream = CPU(2, TTBR VBAR, ONE TWO),
      .like = CPU(2, TTBR VBAR, NONE NONE),
      .plan = "" },
    { "registers/more-there",
      .stream = CPU(1, TTBR, ONE),
      .like = CPU(2, TTBR VBAR, NONE TWO),
      .plan = "" },
    { "registers/fewer-there-zero",
      .stream = CPU(2, TTBR VBAR, NONE TWO),
      .like = CPU(1, VBAR, NONE),
      .plan =
        "{'op':'set','at':'cpu//cpreg_vmstate_array_len','value':1,'why':'the destination has so many registers','class':'stated'}\n"
        "{'op':'set-bytes','at':'cpu//cpreg_vmstate_indexes','value':{'hex':'603000000013c6000000000000000000'},'why':'the registers that the destination has, with the guest's values','class':'stated'}\n"
        "{'op':'resize-array','at':'cpu//cpreg_vmstate_indexes','count':1,'if-equals':{'hex':'0000000000000000'},'why':'the destination has so many registers','class':'default'}\n"
        "{'op':'set-bytes','at':'cpu//cpreg_vmstate_values','value':{'hex':'00000000000000020000000000000000'},'why':'the registers that the destination has, with the guest's values','class':'stated'}\n"
        "{'op':'resize-array','at':'cpu//cpreg_vmstate_values','count':1,'if-equals':{'hex':'0000000000000000'},'why':'the destination has so many registers','class':'default'}\n" },
    { "registers/fewer-there-used",
      .stream = CPU(2, TTBR VBAR, ONE TWO),
      .like = CPU(1, VBAR, NONE),
      .plan =
        "{'op':'set','at':'cpu//cpreg_vmstate_array_len','value':1,'why':'the destination has so many registers','class':'stated'}\n"
        "{'op':'set-bytes','at':'cpu//cpreg_vmstate_indexes','value':{'hex':'603000000013c6000000000000000000'},'why':'the registers that the destination has, with the guest's values','class':'stated'}\n"
        "{'op':'resize-array','at':'cpu//cpreg_vmstate_indexes','count':1,'if-equals':{'hex':'0000000000000000'},'why':'the destination has so many registers','class':'default'}\n"
        "{'op':'set-bytes','at':'cpu//cpreg_vmstate_values','value':{'hex':'00000000000000020000000000000000'},'why':'the registers that the destination has, with the guest's values','class':'lossy'}\n"
        "{'op':'resize-array','at':'cpu//cpreg_vmstate_values','count':1,'if-equals':{'hex':'0000000000000000'},'why':'the destination has so many registers','class':'default'}\n" },
    { "registers/fewer-there-as-when-idle",
      .stream = CPU(2, TTBR VBAR, ONE TWO),
      .like = CPU(1, VBAR, NONE),
      .base = CPU(2, TTBR VBAR, ONE NONE),
      .plan =
        "{'op':'set','at':'cpu//cpreg_vmstate_array_len','value':1,'why':'the destination has so many registers','class':'stated'}\n"
        "{'op':'set-bytes','at':'cpu//cpreg_vmstate_indexes','value':{'hex':'603000000013c6000000000000000000'},'why':'the registers that the destination has, with the guest's values','class':'stated'}\n"
        "{'op':'resize-array','at':'cpu//cpreg_vmstate_indexes','count':1,'if-equals':{'hex':'0000000000000000'},'why':'the destination has so many registers','class':'default'}\n"
        "{'op':'set-bytes','at':'cpu//cpreg_vmstate_values','value':{'hex':'00000000000000020000000000000000'},'why':'the registers that the destination has, with the guest's values','class':'stated'}\n"
        "{'op':'resize-array','at':'cpu//cpreg_vmstate_values','count':1,'if-equals':{'hex':'0000000000000000'},'why':'the destination has so many registers','class':'default'}\n" },
    /* what a CPU has was a field up to 5.2, and of a newer one would be nothing */
    { "features/taken",
      .stream = FEATURES("unused=unused_buffer:" NONE),
      .like = FEATURES("env.features=uint64:" TWO),
      .plan =
        "{'op':'set-bytes','at':'cpu//unused','value':{'hex':'" TWO "'},'why':'what the destination's CPU has, which it takes from the stream','class':'stated'}\n" },
    { "features/not-taken",
      .stream = FEATURES("env.features=uint64:" TWO),
      .like = FEATURES("unused=unused_buffer:" NONE),
      .plan = "" },
    { "features/there",
      .stream = FEATURES("env.features=uint64:" ONE),
      .like = FEATURES("env.features=uint64:" TWO),
      .plan = "" },
    { "features/one-byte",
      .stream = "machine=m [cpu,22,cpu " REGISTERS(1, TTBR, ONE) "env.features=uint8:00 ]",
      .like = "machine=m [cpu,22,cpu " REGISTERS(1, TTBR, ONE) "env.features=uint8:01 ]",
      .plan = "! cpu: the destination's device does not take this state\n" },
    { "features/of-riscv",
      .stream = OF_RISCV(0),
      .like = OF_RISCV(1),
      .plan = "" },
    { "registers/constant",
      .stream = CPU(2, MIDR VBAR, ONE TWO),
      .like = CPU(2, MIDR VBAR, TWO NONE),
      .plan =
        "{'op':'set','at':'cpu//cpreg_vmstate_array_len','value':2,'why':'the destination has so many registers','class':'stated'}\n"
        "{'op':'set-bytes','at':'cpu//cpreg_vmstate_values','value':{'hex':'00000000000000020000000000000002'},'why':'the registers that the destination has, with the guest's values','class':'stated'}\n" },
    { "processor/same",
      .stream = PPC("004e1202"),
      .like = PPC("004e1202"),
      .plan = "" },
    { "processor/other",
      .stream = PPC("004e1200"),
      .like = PPC("004e1202"),
      .plan =
        "{'op':'set','at':'cpu//env.spr[287]','value':'0x4e1202','why':'the destination's processor is another version','class':'visible'}\n" },
    { "capability/lower",
      .stream = SPAPR(CFPC("02")),
      .like = SPAPR(CFPC("00")),
      .plan =
        "{'op':'set','at':'spapr//{spapr/cap/cfpc}/mig.caps[0x03]','value':{'hex':'00'},'why':'a mitigation that the destination does not give','class':'visible'}\n" },
    { "capability/higher",
      .stream = SPAPR(CFPC("00")),
      .like = SPAPR(CFPC("02")),
      .plan = "" },
    /* one that is the machine's default is not sent */
    { "capability/lower-than-default",
      .stream = SPAPR(""),
      .like = SPAPR(CFPC("00")),
      .plan =
        "{'op':'add-subsection','at':'spapr','to':'spapr/cap/cfpc','version':1,'fields':[{'name':'mig.caps[0x03]','type':'uint8','value':{'hex':'00'}}],'why':'a mitigation that the destination does not give','class':'visible'}\n" },
};
/* clang-format on */

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan-device/", rows, G_N_ELEMENTS(rows));
    return g_test_run();
}
