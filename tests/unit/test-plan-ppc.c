/* Unit tests of rewrite/plan-ppc.c: what a Power CPU needs to go on. */
#include "tests/unit/planning.h"

/* A CPU of pseries: is it halted, and env.nip, env.msr and LPCR. */
#define CPU(halted, nip, msr, lpcr)                                            \
    "machine=pseries [cpu_common,1,cpu_common halted=uint32:" halted           \
    " interrupt_request=uint32:00000000 ] [cpu,5,cpu env.nip=uint64:" nip      \
    " env.spr=uint64*1024:00*2544~" lpcr "00*5640 env.msr=uint64:" msr         \
    " ] [spapr,3,spapr a=uint8:01 ]"
#define LINUX "c000000000ff2770"
#define ON "8000000002809033"  /* takes interrupts, translated */
#define OFF "8000000002801033" /* takes none */
#define AIL_C000 "0000000003d40008~"
#define AIL_NONE "0000000002540008~"
#define RULE(at, value)                                                        \
    "{'op':'set','at':'" at "','value':" value                                 \
    ",'why':'the destination does not start the decrementer: the CPU takes "   \
    "its interrupt now, and sets it anew','class':'stated'}\n"
#define TAKEN                                                                  \
    RULE("cpu//env.nip", "'0xc000000000004900'")                               \
    RULE("cpu//env.msr", "'0x8000000000001031'")                               \
    RULE("cpu//env.spr[26]", "'0xc000000000ff2770'")                           \
    RULE("cpu//env.spr[27]", "'0x8000000002809033'")
#define IDLE CPU("00000000", "0000000000000100", "8000000000000000", AIL_NONE)

/* clang-format off */
static const struct plan_row rows[] = {
    { "decrementer/old",
      .stream = CPU("00000000", LINUX, ON, AIL_C000),
      .like = IDLE, .release = 702, .plan = TAKEN },
    { "decrementer/new",
      .stream = CPU("00000000", LINUX, ON, AIL_C000),
      .like = IDLE, .release = 802, .plan = "" },
    { "decrementer/halted",
      .stream = CPU("00000001", LINUX, ON, AIL_C000),
      .like = IDLE, .release = 702, .plan = RULE("cpu_common//halted", "0") TAKEN },
    { "decrementer/vectors-at-0",
      .stream = CPU("00000000", "0000000000010000", ON, AIL_NONE),
      .like = IDLE, .release = 502,
      .plan =
        RULE("cpu//env.nip", "2304")
        RULE("cpu//env.msr", "'0x8000000000001001'")
        RULE("cpu//env.spr[26]", "65536")
        RULE("cpu//env.spr[27]", "'0x8000000002809033'") },
    /* what was planned before, a CPU that was never started, and firmware */
    { "decrementer/taken",
      .stream = CPU("00000000", "c000000000004900", "8000000000001031", AIL_C000),
      .like = IDLE, .release = 702, .plan = "" },
    { "decrementer/not-started",
      .stream = CPU("00000001", LINUX, OFF, AIL_C000),
      .like = IDLE, .release = 702, .plan = "" },
    { "decrementer/firmware",
      .stream = CPU("00000000", "0000000000010000", OFF, AIL_NONE),
      .like = IDLE, .release = 702, .plan = "" },
};
/* clang-format on */

/* It would load, so that it is a warning, and yet nothing is written. */
static void
test_masked(void)
{
    static const struct plan_row row = {
        .stream = CPU("00000000", LINUX, OFF, AIL_C000),
        .like = IDLE,
        .release = 702,
    };
    g_auto(Planned) p = { NULL };
    g_autofree char *text = NULL;

    plan_row_make(&row, &p);
    text = planned_text(&p);
    g_assert_cmpstr(
        text, ==,
        "! cpu: the destination does not start the CPU's timer after a load, "
        "and the CPU takes no interrupt where it is: the guest would stand "
        "still; save the guest at another moment, or load it into QEMU 8.2 or "
        "newer, or with KVM\n");
}

static void
test_check(void)
{
    static const struct {
        const char *msr, *finding;
        guint release;
    } checks[] = {
        { ON,
          "cpu: without KVM the destination does not start the CPU's "
          "decrementer after a load, and the guest hangs",
          702 },
        { OFF,
          "cpu: without KVM the destination does not start the CPU's "
          "decrementer after a load, and the guest hangs; nor does the "
          "CPU take interrupts now",
          702 },
        { ON, NULL, 802 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autofree char *words = g_strconcat(
            "machine=pseries [cpu,5,cpu env.nip=uint64:" LINUX
            " env.spr=uint64*1024:00*2544~" AIL_C000 "00*5640 env.msr=uint64:",
            checks[i].msr, " ] [spapr,3,spapr a=uint8:01 ]", NULL);
        g_autoptr(QevmStream) stream = words_open(words);
        g_autoptr(QevmTarget) target = qevm_target_new("t");
        g_autoptr(GPtrArray) found =
            g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);
        g_autoptr(GError) error = NULL;

        qevm_target_set_release(target, checks[i].release);
        qevm_target_add_reference(target, words_open(words));
        g_assert_true(qevm_check_against(stream, target, found, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(found->len, ==, checks[i].finding ? 1 : 0);
        if (checks[i].finding) {
            const QevmFinding *f = g_ptr_array_index(found, 0);
            g_autofree char *said =
                g_strdup_printf("%s: %s", f->path, f->sentence);

            g_assert_cmpstr(f->info->slug, ==, "timer-stops");
            g_assert_cmpstr(said, ==, checks[i].finding);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_plan_rows("/plan-ppc/", rows, G_N_ELEMENTS(rows));
    g_test_add_func("/plan-ppc/decrementer/masked", test_masked);
    g_test_add_func("/plan-ppc/decrementer/check", test_check);
    return g_test_run();
}
