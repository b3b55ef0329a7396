/* test-schema-apply.c - bytes read by descriptions, and what does not fit. */
#include "tests/unit/description.h"

#include <string.h>

/* Types, of which `t` reads the bytes; ' is a double quote, ` an escaped one.
 * `fields` without a brace are the fields of `t` alone. */
/* clang-format off */
static const struct row {
    const char *name, *types, *hex;
    const char *fields; /* as description_dump() writes them, or NULL */
    const char *why;    /* the note */
} rows[] = {
    /* leaves */
    { "leaf/one", "{'name':'a','type':'uint16'}", "0102", "a=258", NULL },
    { "leaf/short", "{'name':'a','type':'uint32'}", "0102",
      NULL, "at 0x100: `a' needs 4 bytes, 2 left" },
    { "leaf/left", "{'name':'a','type':'uint8'}", "010203",
      NULL, "at 0x101: 2 bytes left over" },
    { "leaf/little", "{'name':'a','type':'le16'},{'name':'b','type':'host32s'}",
      "0102 feffffff", "a=513 b=-2", NULL },
    { "leaf/array", "{'name':'a','type':'uint16','count':2}", "00010002",
      "a=[1 2]", NULL },
    { "leaf/array-of-one", "{'name':'a','type':'uint16','count':1}", "0001",
      "a=[1]", NULL },
    { "leaf/array-of-none",
      "{'name':'a','type':'uint16','count':0},{'name':'b','type':'uint8'}",
      "01", "b=1", NULL },
    { "leaf/array-short", "{'name':'a','type':'uint16','count':3}", "00010002",
      NULL, "at 0x100: `a' needs 3 x 2 bytes, 4 left" },
    { "leaf/array-huge",
      "{'name':'n','type':'uint64'},{'name':'a','type':'uint64','count':'$`n`'}",
      "ffffffffffffffff 0000000000000001",
      NULL, "at 0x108: `a' needs 18446744073709551615 x 8 bytes, 8 left" },
    { "leaf/buffer",
      "{'name':'n','type':'uint8'},{'name':'a','type':'buffer','size':'$`n`*2'}",
      "02 01020304", "n=2 a=hex:01020304", NULL },
    { "leaf/buffer-empty",
      "{'name':'n','type':'uint8'},{'name':'a','type':'bytes','size':'$`n`'}",
      "00", "n=0 a=hex:", NULL },
    { "leaf/buffers-empty",
      "{'name':'n','type':'uint8'},"
      "{'name':'a','type':'bytes','size':'$`n`','count':9}",
      "00", NULL, "at 0x101: `a' has elements of no bytes" },
    { "leaf/size-negative",
      "{'name':'n','type':'int8'},{'name':'a','type':'bytes','size':'$`n`'}",
      "ff", NULL, "at 0x101: \"size\" of `a': expected a number, not -1" },
    { "leaf/count-bool",
      "{'name':'a','type':'uint8','count':'true'}",
      "01", NULL, "at 0x100: \"count\" of `a': expected a number, not true" },
    { "leaf/text", "{'name':'a','type':'string','size':4}", "61626300",
      "a=\"abc\"", NULL },
    { "leaf/cstr8",
      "{'name':'a','type':'capability'},{'name':'b','type':'uint8'}",
      "03616263 01", "a=\"abc\" b=1", NULL },
    { "leaf/cstr8-short", "{'name':'a','type':'capability'}", "0361",
      NULL, "at 0x100: `a' needs 4 bytes, 2 left" },
    { "leaf/expect", "{'name':'a','type':'uint8','expect':'. == 1'}", "01",
      "a=1", NULL },
    { "leaf/expect-not", "{'name':'a','type':'uint8','expect':'. == 1'}", "02",
      NULL, "at 0x101: `a' is not as expected" },
    { "leaf/expect-kind", "{'name':'a','type':'uint8','expect':'.'}", "02",
      NULL, "at 0x101: \"expect\": expected a condition, not an integer" },
    { "leaf/if",
      "{'name':'a','type':'uint8'},{'name':'b','type':'uint8','if':'$`a` > 1'},"
      "{'name':'c','type':'uint8','if':'exists($`b`)'}",
      "02 03 04", "a=2 b=3 c=4", NULL },
    { "leaf/if-not",
      "{'name':'a','type':'uint8'},{'name':'b','type':'uint8','if':'$`a` > 1'},"
      "{'name':'c','type':'uint8','if':'exists($`b`)'}",
      "01", "a=1", NULL },
    { "leaf/dot-outside", "{'name':'a','type':'uint8','count':'.'}", "01",
      NULL, "at 0x100: \"count\" of `a': column 1: "
            "`.` is only known in \"expect\"" },
    /* structs */
    { "struct/inline",
      "{'name':'s','fields':[{'name':'a','type':'uint8'}]},"
      "{'name':'b','type':'uint8'}", "01 02", "s{a=1} b=2", NULL },
    { "struct/type",
      "'t':{'fields':[{'name':'x','type':'u'},{'name':'y','type':'u'}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}]}", "01 02",
      "x{a=1} y{a=2}", NULL },
    { "struct/run",
      "'t':{'fields':[{'name':'x','type':'u','count':3}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}]}", "01 02 03",
      "x[{a=1}{a=2}{a=3}]", NULL },
    { "struct/run-of-one",
      "'t':{'fields':[{'name':'x','type':'u','count':1}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}]}", "01", "x[{a=1}]", NULL },
    { "struct/run-counted",
      "'t':{'fields':[{'name':'n','type':'uint8'},"
      "{'name':'x','type':'u','count':'$`n`'}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}]}", "02 01 02",
      "n=2 x[{a=1}{a=2}]", NULL },
    { "struct/run-short",
      "'t':{'fields':[{'name':'x','type':'u','count':3}]},"
      "'u':{'fields':[{'name':'a','type':'uint16'}]}", "0102",
      NULL, "at 0x100: `x' needs 3 x 2 bytes, 2 left" },
    { "struct/siblings",
      "'t':{'fields':[{'name':'x','type':'u','count':2}]},"
      "'u':{'fields':[{'name':'n','type':'uint8'},"
      "{'name':'a','type':'bytes','size':'$`n`'}]}", "01 aa 02 bbcc",
      "x{n=1 a=hex:aa} x{n=2 a=hex:bbcc}", NULL },
    { "struct/group",
      "{'name':'a','type':'uint8'},"
      "{'if':'$`a` == 1','fields':[{'name':'b','type':'uint8'},"
      "{'name':'c','type':'uint8','if':'$`b` == 2'}]}", "01 02 03",
      "a=1 b=2 c=3", NULL },
    { "struct/group-type",
      "'t':{'fields':[{'type':'u'},{'name':'b','type':'uint8','count':'$`a`'}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}]}", "01 07", "a=1 b=[7]",
      NULL },
    { "struct/recursive",
      "'t':{'fields':[{'name':'m','type':'uint8'},"
      "{'name':'next','type':'t','if':'$`m` != 0'}]}", "01 01 00",
      "m=1 next{m=1 next{m=0}}", NULL },
    { "struct/recursive-deep",
      "'t':{'fields':[{'name':'m','type':'uint8'},"
      "{'name':'next','type':'t','if':'$`m` != 0'}]}",
      "01010101010101010101010101010101010101010101010101010101010101010101"
      "0101010101010101", NULL, "at 0x121: more than 32 levels of nesting" },
    { "struct/splice-deep",
      "'t':{'fields':[{'if':'true','type':'t'}]}", "01",
      NULL, "at 0x100: more than 32 levels of nesting" },
    { "struct/zero-bytes",
      "'t':{'fields':[{'name':'x','type':'u','count':5}]},'u':{'fields':[]}",
      "01", NULL, "at 0x100: `x' has elements of no bytes" },
    { "struct/zero-bytes-dynamic",
      "'t':{'fields':[{'name':'x','type':'u','count':4000000000}]},"
      "'u':{'fields':[{'name':'a','type':'uint8','if':'false'}]}",
      "01", NULL, "takes too long for its size" },
    /* pointers: 0x30 is a null one */
    { "pointers/some",
      "'t':{'fields':[{'name':'p','type':'u','count':5,'pointers':true}]},"
      "'u':{'fields':[{'name':'a','type':'uint16'}]}", "30 30 0102 0030 30",
      "p=[null null] p{a=258} p{a=48} p=null", NULL },
    { "pointers/none",
      "{'name':'n','type':'uint8'},{'name':'p','count':'$`n`','pointers':true,"
      "'fields':[{'name':'a','type':'uint8'}]}", "00", "n=0", NULL },
    { "pointers/short",
      "'t':{'fields':[{'name':'p','type':'u','count':3,'pointers':true}]},"
      "'u':{'fields':[{'name':'a','type':'uint16'}]}", "30 30",
      NULL, "at 0x102: `a' needs 2 bytes, 0 left" },
    { "pointers/no",
      "'t':{'fields':[{'name':'p','type':'u','count':1,'pointers':false}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}]}", "30", "p[{a=48}]", NULL },
    { "pointers/zero-bytes",
      "'t':{'fields':[{'name':'p','type':'u','count':4000000000,"
      "'pointers':true}]},'u':{'fields':[]}", "01",
      NULL, "takes too long for its size" },
    /* what expressions see */
    { "scope/up",
      "{'name':'n','type':'uint8'},{'name':'s','fields':["
      "{'name':'a','type':'uint8','count':'$`../n`'}]}", "02 03 04",
      "n=2 s{a=[3 4]}", NULL },
    { "scope/root",
      "{'name':'n','type':'uint8'},{'name':'s','fields':[{'name':'u','fields':["
      "{'name':'a','type':'uint8','count':'$`//n`'}]}]}", "02 03 04",
      "n=2 s{u{a=[3 4]}}", NULL },
    { "scope/down",
      "{'name':'s','fields':[{'name':'n','type':'uint8'}]},"
      "{'name':'a','type':'uint8','count':'$`s/n`'}", "02 03 04",
      "s{n=2} a=[3 4]", NULL },
    { "scope/under-way",
      "{'name':'s','fields':[{'name':'n','type':'uint8'},{'name':'u','fields':["
      "{'name':'a','type':'uint8','count':'$`//s/n`'}]}]}", "02 03 04",
      "s{n=2 u{a=[3 4]}}", NULL },
    { "scope/element",
      "{'name':'v','type':'uint8','count':3},"
      "{'name':'a','type':'uint8','count':'$`v[1]`'}", "00 02 00 03 04",
      "v=[0 2 0] a=[3 4]", NULL },
    { "scope/element-beyond",
      "{'name':'v','type':'uint8','count':3},"
      "{'name':'a','type':'uint8','count':'$`v[3]`'}", "00 02 00 03 04",
      NULL, "at 0x103: \"count\" of `a': column 1: there is no $\"v[3]\"" },
    { "scope/run-element",
      "'t':{'fields':[{'name':'x','type':'u','count':2},"
      "{'name':'a','type':'uint8','count':'$`x[1]/n`'}]},"
      "'u':{'fields':[{'name':'n','type':'uint8'}]}", "00 02 03 04",
      "x[{n=0}{n=2}] a=[3 4]", NULL },
    { "scope/sibling-element",
      "'t':{'fields':[{'name':'x','type':'u','count':2},"
      "{'name':'a','type':'uint8','count':'$`x[0]/n`'}]},"
      "'u':{'fields':[{'name':'n','type':'uint8'},"
      "{'name':'o','type':'uint8','if':'$`n` == 0'}]}", "02 00 01 03 04",
      "x{n=2} x{n=0 o=1} a=[3 4]", NULL },
    { "scope/literal-index",
      "{'name':'v[0]','type':'uint8'},{'name':'v[1]','type':'uint8'},"
      "{'name':'a','type':'uint8','count':'$`v[1]`'}", "00 01 07",
      "v[0]=0 v[1]=1 a=[7]", NULL },
    { "scope/last-of-a-name",
      "{'name':'n','type':'uint8'},{'name':'n','type':'uint8'},"
      "{'name':'a','type':'uint8','count':'$`n`'}", "07 01 07",
      "n=7 n=1 a=[7]", NULL },
    { "scope/size",
      "{'name':'s','fields':[{'name':'n','type':'uint16'}]},"
      "{'name':'a','type':'uint8','count':'size($`s`)'}", "0000 03 04",
      "s{n=0} a=[3 4]", NULL },
    { "scope/count",
      "{'name':'v','type':'uint16','count':2},"
      "{'name':'a','type':'uint8','count':'count($`v`)'}", "00000000 03 04",
      "v=[0 0] a=[3 4]", NULL },
    { "scope/left",
      "{'name':'a','type':'uint8','count':'left() - 1'},"
      "{'name':'b','type':'uint8'}", "03 04 05", "a=[3 4] b=5", NULL },
    { "scope/version",
      "{'name':'a','type':'uint8','count':'version'}", "03 04 05",
      "a=[3 4 5]", NULL },
    { "scope/sibling",
      "{'name':'a','type':'uint8','if':'sibling(`hba`)'},"
      "{'name':'b','type':'uint8','if':'!sibling(`other`)'}", "01 02",
      "a=1 b=2", NULL },
    { "scope/idstr",
      "{'name':'a','type':'uint8','if':'idstr_is(`*/dev`)'},"
      "{'name':'b','type':'uint8','if':'!idstr_is(`dev`)'}", "01 02",
      "a=1 b=2", NULL },
    { "scope/missing",
      "{'name':'a','type':'uint8','count':'$`n`'}", "01",
      NULL, "at 0x100: \"count\" of `a': column 1: there is no $\"n\"" },
    { "scope/struct-value",
      "{'name':'s','fields':[{'name':'n','type':'uint8'}]},"
      "{'name':'a','type':'uint8','count':'$`s`'}", "01 02",
      NULL, "at 0x101: \"count\" of `a': column 1: "
            "$\"s\" has no value of its own" },
    { "scope/above-root",
      "{'name':'a','type':'uint8','count':'$`../n`'}", "01",
      NULL, "at 0x100: \"count\" of `a': column 1: there is no $\"../n\"" },
    { "scope/through-leaf",
      "{'name':'n','type':'uint8'},{'name':'a','type':'uint8','count':'$`n/m`'}",
      "01 02", NULL,
      "at 0x101: \"count\" of `a': column 1: there is no $\"n/m\"" },
    /* switches */
    { "switch/case",
      "{'name':'k','type':'uint8'},{'switch':'$`k`','cases':{"
      "'1':[{'name':'a','type':'uint8'}],'0x2':[{'name':'b','type':'uint16'}]}}",
      "02 0003", "k=2 b=3", NULL },
    { "switch/none",
      "{'name':'k','type':'uint8'},{'switch':'$`k`','cases':{"
      "'1':[{'name':'a','type':'uint8'}]}}", "07", "k=7", NULL },
    { "switch/default",
      "{'name':'k','type':'uint8'},{'switch':'$`k`','cases':{"
      "'1':[]},'default':[{'name':'b','type':'uint8'}]}", "02 03", "k=2 b=3",
      NULL },
    { "switch/negative",
      "{'name':'k','type':'int8'},{'switch':'$`k`','cases':{"
      "'-1':[{'name':'a','type':'uint8'}]}}", "ff 01", "k=-1 a=1", NULL },
    { "switch/bool",
      "{'name':'k','type':'bool'},{'switch':'$`k`','cases':{"
      "'true':[{'name':'a','type':'uint8'}]}}", "01 05", "k=true a=5", NULL },
    /* loops */
    { "loop/turns",
      "{'name':'l','loop':{'marker':'uint8','end':0},"
      "'fields':[{'name':'a','type':'uint8'}]}", "01 07 02 08 00",
      "l{element{.marker=1 a=7} element{.marker=2 a=8} .end=0}", NULL },
    { "loop/none",
      "{'name':'l','loop':{'marker':'uint8','end':0},"
      "'fields':[{'name':'a','type':'uint8'}]}", "00", "l{.end=0}", NULL },
    { "loop/end-not-zero",
      "{'name':'l','loop':{'marker':'be16','end':7,"
      "'meaning':{'name':'m'}}}", "0001 0007",
      "l{element{m=1} .end=7}", NULL },
    { "loop/marker-is-length",
      "{'name':'l','loop':{'marker':'be32','end':0,'meaning':{'name':'n'}},"
      "'fields':[{'name':'b','type':'bytes','size':'$`n`'}]}",
      "00000002 aabb 00000000", "l{element{n=2 b=hex:aabb} .end=0}", NULL },
    { "loop/values",
      "{'name':'l','loop':{'marker':'uint8','end':0,'values':[1,2]}}",
      "01 02 00", "l{element{.marker=1} element{.marker=2} .end=0}", NULL },
    { "loop/strange-value",
      "{'name':'l','loop':{'marker':'uint8','end':0,'values':[1,2]}}",
      "01 03 00", NULL, "at 0x101: loop `l': marker 3 is none of its own" },
    { "loop/no-end",
      "{'name':'l','loop':{'marker':'uint8','end':0}}", "0101",
      NULL, "at 0x102: loop `l' has no end marker" },
    { "loop/max",
      "{'name':'l','loop':{'marker':'uint8','end':0,'max':1}}", "010100",
      NULL, "at 0x101: loop `l': more than 1 elements" },
    /* alternatives */
    { "alternatives/second",
      "{'name':'x','alternatives':[{'fields':[{'name':'a','type':'uint8'}]},"
      "{'fields':[{'name':'b','type':'uint16'}]}]}", "0001", "x{b=1}", NULL },
    { "alternatives/named",
      "{'alternatives':[{'name':'x','fields':[{'name':'a','type':'uint8'}]},"
      "{'name':'y','fields':[{'name':'b','type':'uint16'}]}]}", "0001",
      "y{b=1}", NULL },
    { "alternatives/spliced",
      "{'alternatives':[{'fields':[]},"
      "{'fields':[{'name':'b','type':'uint16'}]}]},"
      "{'name':'c','type':'uint8'}", "000102", "b=1 c=2", NULL },
    { "alternatives/both",
      "{'alternatives':[{'fields':[{'name':'a','type':'uint8','count':2}]},"
      "{'fields':[{'name':'b','type':'uint16'}]}]}", "0001",
      NULL, "more than one reading fits" },
    { "alternatives/prefer",
      "{'prefer':true,'alternatives':["
      "{'fields':[{'name':'a','type':'uint8','count':2}]},"
      "{'fields':[{'name':'b','type':'uint16'}]}]}", "0001", "a=[0 1]", NULL },
    { "alternatives/none",
      "{'alternatives':[{'fields':[{'name':'a','type':'uint8'}]},"
      "{'fields':[{'name':'b','type':'uint32'}]}]}", "0001",
      NULL, "at 0x101: 1 byte left over" },
    { "alternatives/expect",
      "{'alternatives':[{'expect':'$`a` == 1','fields':["
      "{'name':'a','type':'uint16'}]},"
      "{'fields':[{'name':'b','type':'uint16'}]}]}", "0002", "b=2", NULL },
    { "alternatives/combined",
      "{'alternatives':[{'fields':[]},{'fields':[{'name':'a','type':'uint16'}]}]},"
      "{'alternatives':[{'fields':[]},{'fields':[{'name':'b','type':'uint32'}]}]}",
      "00000001 0002", "a=0 b=65538", NULL },
    { "alternatives/combined-none",
      "{'alternatives':[{'fields':[]},{'fields':[{'name':'a','type':'uint16'}]}]},"
      "{'alternatives':[{'fields':[]},{'fields':[{'name':'b','type':'uint32'}]}]}",
      "00000001 02", NULL, "at 0x104: 1 byte left over" },
    { "alternatives/combined-fit",
      "{'alternatives':[{'fields':[]},{'fields':[{'name':'a','type':'uint16'}]}]},"
      "{'alternatives':[{'fields':[]},{'fields':[{'name':'b','type':'uint32'}]}]}",
      "00000001", "b=1", NULL },
    { "alternatives/inside-prefer",
      "{'prefer':true,'alternatives':["
      "{'fields':[{'alternatives':[{'fields':[{'name':'a','type':'uint8'}]},"
      "{'fields':[{'name':'b','type':'uint16'}]}]}]},"
      "{'fields':[{'name':'c','type':'uint16'}]}]}", "0001", "b=1", NULL },
    { "alternatives/too-many",
      "{'name':'l','loop':{'marker':'uint8','end':0},'fields':["
      "{'alternatives':[{'fields':[{'name':'a','type':'uint8'}]},"
      "{'fields':[{'name':'b','type':'uint8'}]}]}]}",
      "01010101010101010101010101010101010101010101010101",
      NULL, "there are more than 64 readings to try" },
    /* chains: a list in 16 bytes, first pointer in byte 0 */
#define CHAIN(other) \
      "{'name':'c','chain':{'size':16,'first':'$`first`','header':[" \
      "{'name':'first','type':'uint8'},{'name':'x','type':'uint8'}]," \
      "'items':{'17':{'name':'msix','fields':[{'name':'id','type':'uint8'}," \
      "{'name':'next','type':'uint8'},{'name':'v','type':'le16'}]}}" \
      other "}}"
    { "chain/items", CHAIN(""),
      "04aa 0000 11080100 11000200 ffffffff",
      "c{first=4 x=170 gap.0x2=hex:0000 cap.msix{id=17 next=8 v=1} "
      "cap.msix{id=17 next=0 v=2} gap.0xc=hex:ffffffff}", NULL },
    { "chain/backwards", CHAIN(""),
      "08aa 0000 11000100 11040200 ffffffff",
      "c{first=8 x=170 gap.0x2=hex:0000 cap.msix{id=17 next=0 v=1} "
      "cap.msix{id=17 next=4 v=2} gap.0xc=hex:ffffffff}", NULL },
    { "chain/empty", CHAIN(""), "00aa 0000 00000000 00000000 00000000",
      "c{first=0 x=170 gap.0x2=hex:0000000000000000000000000000}", NULL },
    { "chain/unknown", CHAIN(""), "04aa 0000 12080100 11000200 ffffffff",
      "c{first=4 x=170 gap.0x2=hex:000012080100 "
      "cap.msix{id=17 next=0 v=2} gap.0xc=hex:ffffffff}", NULL },
    { "chain/other", CHAIN(",'other':'other'"),
      "04aa 0000 12080100 11000200 ffffffff",
      "c{first=4 x=170 gap.0x2=hex:0000 cap.other{id=18 next=8} "
      "gap.0x6=hex:0100 cap.msix{id=17 next=0 v=2} gap.0xc=hex:ffffffff}",
      NULL },
    { "chain/circle", CHAIN(""), "04aa 0000 11080100 11040200 ffffffff",
      "c{first=4 x=170 gap.0x2=hex:0000110801001104"
      "0200ffffffff}", NULL },
    { "chain/overlap", CHAIN(""), "04aa 0000 11060100 11000200 ffffffff",
      "c{first=4 x=170 gap.0x2=hex:0000110601001100"
      "0200ffffffff}", NULL },
    { "chain/into-header", CHAIN(""), "01aa 0000 11060100 11000200 ffffffff",
      "c{first=1 x=170 gap.0x2=hex:0000110601001100"
      "0200ffffffff}", NULL },
    { "chain/past-the-end", CHAIN(""), "0faa 0000 11060100 11000200 ffffffff",
      "c{first=15 x=170 gap.0x2=hex:0000110601001100"
      "0200ffffffff}", NULL },
    { "chain/item-past-the-end", CHAIN(""),
      "0eaa 0000 11060100 11000200 ffff1100", NULL,
      "at 0x110: `v' needs 2 bytes, 0 left" },
    { "chain/short", CHAIN(""), "04aa", NULL,
      "at 0x100: `c' needs 16 bytes, 2 left" },
    /* subsections */
#define SUBS \
      "'t':{'fields':[{'name':'a','type':'uint8'}],'subsections':[" \
      "{'name':'t/x','version':[1,2],'fields':[{'name':'b','type':'uint8'}," \
      "{'name':'c','type':'uint8','if':'version >= 2'}]}," \
      "{'name':'t/y','version':1,'fields':[],'subsections':[" \
      "{'name':'u/z','version':0,'fields':[{'name':'d','type':'uint8'}]}]}]}"
    { "sub/none", SUBS, "01", "a=1", NULL },
    { "sub/one", SUBS, "01 05 03 742f78 00000001 07",
      "a=1 {t/x 1: b=7}", NULL },
    { "sub/version", SUBS, "01 05 03 742f78 00000002 07 08",
      "a=1 {t/x 2: b=7 c=8}", NULL },
    { "sub/version-strange", SUBS, "01 05 03 742f78 00000003 07", NULL,
      "at 0x101: subsection `t/x' of a version that is not described" },
    { "sub/order", SUBS, "01 05 03 742f79 00000001 05 03 742f78 00000001 07",
      "a=1 {t/y 1: } {t/x 1: b=7}", NULL },
    { "sub/nested", SUBS,
      "01 05 03 742f79 00000001 05 03 752f7a 00000000 09",
      "a=1 {t/y 1: {u/z 0: d=9}}", NULL },
    { "sub/unknown", SUBS, "01 05 03 742f71 00000001 07", NULL,
      "at 0x101: subsection t/q is not described here" },
    { "sub/cut", SUBS, "01 05 03 742f78 0000", NULL,
      "at 0x101: subsection `t/x' of a version that is not described" },
    { "sub/inside",
      "'t':{'fields':[{'name':'s','type':'u'},{'name':'e','type':'uint8',"
      "'if':'$`s/{u/x}/b` == 7'}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}],'subsections':["
      "{'name':'u/x','version':1,'fields':[{'name':'b','type':'uint8'}]}]}",
      "01 05 03 752f78 00000001 07 09", "s{a=1 {u/x 1: b=7}} e=9", NULL },
    { "sub/fields-behind",
      "'t':{'fields':[{'type':'u'},{'name':'e','type':'uint8'}]},"
      "'u':{'fields':[{'name':'a','type':'uint8'}],'subsections':["
      "{'name':'u/x','version':1,'fields':[]}]}",
      "01 05 03 752f78 00000001 09", NULL,
      "at 0x10b: `e' comes behind subsections" },
};
/* clang-format on */

static gboolean
exists(gpointer user, const char *idstr)
{
    (void)user;
    return strcmp(idstr, "0000:00:04.0/hba") == 0;
}

/* One leaf `l` of the type virtio in a device. */
static const QevmVmsd *
device(QevmArena *arena, GBytes *payload)
{
    QevmVmsd *v = qevm_arena_alloc0(arena, sizeof *v);

    v->name = "dev";
    v->version = 3;
    v->n_fields = 1;
    v->fields = qevm_arena_alloc0(arena, sizeof *v->fields);
    v->fields[0] =
        qevm_field_desc_new(arena, "l", "virtio", g_bytes_get_size(payload), 1);
    return v;
}

static QevmSchemas *
schemas_of(const char *types)
{
    QevmSchemas *schemas = qevm_schemas_new();
    g_autofree char *text = g_strdup_printf(
        *types == '{' ? "{'qevm-schema':1,'types':{'t':{'fields':[%s]}},"
                        "'leaves':[{'vmsd':'de*','type':'virtio','is':'t'}]}"
                      : "{'qevm-schema':1,'types':{%s},"
                        "'leaves':[{'vmsd':'de*','type':'virtio','is':'t'}]}",
        types);
    g_autofree char *json = description_json(text);
    g_autoptr(GError) error = NULL;
    gboolean ok = qevm_schemas_add_text(schemas, "row.json", json, strlen(json),
                                        &error) &&
                  qevm_schemas_load(schemas, &error);

    g_assert_no_error(error);
    g_assert_true(ok);
    return schemas;
}

static QevmTree *
tree_of(QevmSchemas *schemas, QevmArena *arena, GBytes *payload)
{
    QevmTreeReader reader = { .schemas = schemas,
                              .scope = { .idstr = "0000:00:04.0/0:0:0/dev",
                                         .version = 3,
                                         .exists = exists } };

    return qevm_tree_new_read(device(arena, payload), payload, 0x100, &reader,
                              NULL);
}

/* Every leaf's value encodes to its bytes. */
static void
check_encode(QevmNode *node)
{
    for (QevmNode *c = qevm_node_children(node); c; c = c->next) {
        gsize size;
        const guint8 *data = qevm_node_bytes(c, &size);

        if (c->kind == QEVM_NODE_FIELD) {
            g_auto(QevmValue) value = QEVM_VALUE_INIT;
            g_autoptr(GBytes) back = NULL;

            qevm_node_value(c, 0, &value);
            back = qevm_prim_encode(c->desc.field->prim, size, &value, NULL);
            g_assert_nonnull(back);
            g_assert_cmpmem(data, size, g_bytes_get_data(back, NULL),
                            g_bytes_get_size(back));
        }
        check_encode(c);
    }
}

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(QevmSchemas) schemas = schemas_of(t->types);
    g_autoptr(GBytes) payload = description_bytes(t->hex);
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(QevmTree) tree = tree_of(schemas, arena, payload);
    g_autoptr(GString) dump = g_string_new(NULL);
    g_autoptr(GByteArray) out = g_byte_array_new();
    QevmNode *leaf = qevm_node_children(&tree->root);
    guint64 size = 0;

    if (t->why) {
        g_assert_cmpint(leaf->kind, ==, QEVM_NODE_FIELD);
        g_assert_cmpstr(qevm_node_note(leaf), ==, t->why);
        return;
    }
    g_assert_cmpstr(qevm_node_note(leaf), ==, NULL);
    g_assert_cmpint(leaf->kind, ==, QEVM_NODE_STRUCT);
    g_assert_true(leaf->desc.field->overlay);
    g_assert_true(qevm_vmsd_size(leaf->desc.field->vmsds[0], &size));
    g_assert_cmpuint(size, ==, g_bytes_get_size(payload));
    description_dump(leaf, dump);
    g_assert_cmpstr(dump->str, ==, t->fields);
    g_assert_no_error(tree->error);
    check_encode(leaf);
    /* The same bytes out of it, piece by piece. */
    for (QevmNode *c = qevm_node_children(leaf); c; c = c->next) {
        qevm_node_emit(c, out);
    }
    g_assert_cmpmem(out->data, out->len, g_bytes_get_data(payload, NULL),
                    g_bytes_get_size(payload));
}

/* Cut at each length and with each byte changed, it comes to an end. */
static void
test_cut(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(QevmSchemas) schemas = schemas_of(t->types);
    g_autoptr(GBytes) whole = description_bytes(t->hex);
    g_autoptr(QevmArena) arena = qevm_arena_new();
    gsize size = g_bytes_get_size(whole);

    for (gsize i = 0; i < size; i++) {
        g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, i);
        guint8 *copy =
            g_memdup2(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole));
        g_autoptr(GBytes) flipped = NULL;
        g_autoptr(QevmTree) a = tree_of(schemas, arena, cut), b = NULL;

        copy[i] ^= 0xff;
        flipped = g_bytes_new_take(copy, size);
        b = tree_of(schemas, arena, flipped);
        g_assert_no_error(a->error);
        g_assert_no_error(b->error);
    }
}

/* An array of a static type is one run, and its vmsd is shared. */
static void
test_shared(void)
{
    g_autoptr(QevmSchemas) schemas =
        schemas_of("'t':{'fields':[{'name':'n','type':'uint8'},"
                   "{'name':'x','type':'u','count':'$`n`'},"
                   "{'name':'y','type':'u'}]},"
                   "'u':{'fields':[{'name':'a','type':'uint8'}]}");
    g_autoptr(GBytes) payload = description_bytes("02 01 02 03");
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(QevmTree) tree = tree_of(schemas, arena, payload);
    QevmNode *leaf = qevm_node_children(&tree->root);
    QevmNode *x = qevm_node_children(leaf)->next;

    g_assert_cmpint(x->kind, ==, QEVM_NODE_STRUCTS);
    g_assert_false(x->descended);
    g_assert_true(x->desc.field->vmsds[0] == x->next->desc.field->vmsds[0]);
}

/* "endian": "big" is for the types called host. */
static void
test_big(void)
{
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    g_autofree char *json = description_json(
        "{'qevm-schema':1,'types':{"
        "'t':{'fields':[{'name':'a','type':'host16'},"
        "{'name':'b','type':'u','count':1}]},"
        "'u':{'fields':[{'name':'c','type':'host32s'},"
        "{'name':'d','type':'le16'}]}},"
        "'leaves':[{'vmsd':'dev','type':'virtio','field':'x*','is':'u'},"
        "{'vmsd':'*','type':'virtio','field':'?','is':'t','endian':'big'}]}");
    g_autoptr(GBytes) payload = description_bytes("0001 fffffffe 0100");
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(QevmTree) tree = NULL;
    g_autoptr(GString) dump = g_string_new(NULL);

    g_assert_true(
        qevm_schemas_add_text(schemas, "big", json, strlen(json), NULL));
    g_assert_true(qevm_schemas_load(schemas, NULL));
    tree = tree_of(schemas, arena, payload);
    description_dump(&tree->root, dump);
    g_assert_cmpstr(dump->str, ==, "l{a=1 b[{c=-2 d=1}]}");
}

/* Payloads are one leaf whatever it is called. */
static void
test_payload(void)
{
    g_autoptr(QevmSchemas) schemas = qevm_schemas_new();
    g_autofree char *json =
        description_json("{'qevm-schema':1,'types':{"
                         "'t':{'fields':[{'name':'a','type':'uint8'}]},"
                         "'u':{'fields':[{'name':'b','type':'uint8'}]}},"
                         "'payloads':[{'idstr':'slirp','version':3,'is':'t'},"
                         "{'idstr':'sl*','version':['4',5],'is':'u'}]}");
    g_autoptr(GBytes) payload = description_bytes("07");
    g_autoptr(QevmArena) arena = qevm_arena_new();
    static const char *const dumps[] = { "l=hex:07", "l{a=7}", "l{b=7}",
                                         "l{b=7}", "l=hex:07" };

    g_assert_true(
        qevm_schemas_add_text(schemas, "payload", json, strlen(json), NULL));
    g_assert_true(qevm_schemas_load(schemas, NULL));
    for (guint i = 0; i < G_N_ELEMENTS(dumps); i++) {
        QevmTreeReader reader = { .schemas = schemas,
                                  .payload = TRUE,
                                  .scope = { .idstr = "slirp",
                                             .version = 2 + i } };
        g_autoptr(QevmTree) tree = qevm_tree_new_read(
            device(arena, payload), payload, 0x100, &reader, NULL);
        g_autoptr(GString) dump = g_string_new(NULL);

        description_dump(&tree->root, dump);
        g_assert_cmpstr(dump->str, ==, dumps[i]);
    }
}

/* A tree has only so many fields, however they come to be. */
static void
test_fields_limit(void)
{
    g_autoptr(QevmSchemas) schemas =
        schemas_of("{'name':'l','loop':{'marker':'uint8','end':0}}");
    gsize size = QEVM_READING_FIELDS_MAX;
    guint8 *ones = g_malloc(size);
    g_autoptr(GBytes) payload = NULL;
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(QevmTree) tree = NULL;

    memset(ones, 1, size);
    ones[size - 1] = 0;
    payload = g_bytes_new_take(ones, size);
    tree = tree_of(schemas, arena, payload);
    g_assert_cmpstr(qevm_node_note(qevm_node_children(&tree->root)), ==,
                    "more than 131072 fields");
}

/* An edit inside an overlay makes it another size; closed, it is a leaf. */
static void
test_edit(void)
{
    g_autoptr(QevmSchemas) schemas =
        schemas_of("{'name':'n','type':'uint8'},{'name':'b','type':'bytes','"
                   "size':'$`n`'}");
    g_autoptr(GBytes) payload = description_bytes("01 aa");
    g_autoptr(GBytes) more = description_bytes("aabb");
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(QevmTree) tree = tree_of(schemas, arena, payload);
    QevmNode *leaf = qevm_node_children(&tree->root);
    QevmNode *b = qevm_node_children(leaf)->next;
    gsize size;

    g_assert_true(qevm_node_overlay(b) == leaf);
    g_assert_null(qevm_node_overlay(&tree->root));
    qevm_node_set_bytes(b, more);
    g_assert_cmpuint(qevm_node_wire_size(leaf), ==, 3);
    qevm_node_close_overlay(leaf);
    g_assert_cmpint(leaf->kind, ==, QEVM_NODE_FIELD);
    g_assert_cmpuint(leaf->desc.field->size, ==, 3);
    (void)qevm_node_bytes(leaf, &size);
    g_assert_cmpuint(size, ==, 3);
    g_assert_null(qevm_node_children(leaf));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path =
            g_strdup_printf("/schema-apply/%s", rows[i].name);
        g_autofree char *cut =
            g_strdup_printf("/schema-apply/cut/%s", rows[i].name);

        g_test_add_data_func(path, &rows[i], test_row);
        g_test_add_data_func(cut, &rows[i], test_cut);
    }
    g_test_add_func("/schema-apply/shared", test_shared);
    g_test_add_func("/schema-apply/big", test_big);
    g_test_add_func("/schema-apply/payload", test_payload);
    g_test_add_func("/schema-apply/fields-limit", test_fields_limit);
    g_test_add_func("/schema-apply/edit", test_edit);
    return g_test_run();
}
