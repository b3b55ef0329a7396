"use strict";
/* Searching the sections, opening and closing them. Without it, the page is
 * whole all the same. */
(function () {
    const by = (id) => document.getElementById(id);
    const nodes = by("nodes");
    const words = by("words");
    const found = by("found");
    const sections = Array.from(nodes.children);
    let rows = null; /* what there is to find, in the order of the page */
    let hits = [];
    let at = -1;
    let timer = 0;

    /* ---- rows ---- */

    function lineOf(element) {
        return element.localName === "li" && element.firstElementChild &&
            element.firstElementChild.localName === "details"
            ? element.firstElementChild.firstElementChild
            : element.localName === "details" ? element.firstElementChild
            : element;
    }

    function collect() {
        const all = nodes.querySelectorAll("details.section, .record, li");
        const of = new Map();
        for (const element of all) {
            const line = lineOf(element);
            const offset = line.querySelector("code");
            const above = of.get(element.parentElement.closest("li, .section"));
            of.set(element, {
                element, line, text: line.textContent.toLowerCase(),
                context: above ? above.context + " " + above.text : "",
                offset: offset ? Number(offset.textContent) : -1,
                leaf: line === element
            });
        }
        return Array.from(of.values());
    }

    /* Words can also name what a field is in: "e1000 irq". */
    function matches(row, parts) {
        return parts.some((part) => row.text.includes(part)) &&
            parts.every((part) =>
                row.text.includes(part) || row.context.includes(part));
    }

    /* The innermost row that the byte is in: the last to begin before it. */
    function rowAt(offset) {
        let best = null;
        for (const row of rows) {
            if (row.offset >= 0 && row.offset <= offset &&
                (!best || row.offset >= best.offset)) {
                best = row;
            }
        }
        return best ? [best] : [];
    }

    /* ---- showing ---- */

    function open(element) {
        for (let e = element; e && e !== nodes; e = e.parentElement) {
            if (e.localName === "details") {
                e.open = true;
            }
        }
    }

    function showAll() {
        nodes.classList.remove("searching");
        for (const e of nodes.querySelectorAll(".hit, .near, .current")) {
            e.classList.remove("hit", "near", "current");
        }
        hits = [];
        at = -1;
        found.textContent = "";
    }

    function show(row) {
        row.line.classList.add("hit");
        for (let e = row.element; e !== nodes; e = e.parentElement) {
            e.classList.add("near");
            if (e.localName === "details" && (e !== row.element || row.leaf)) {
                e.open = true;
            }
        }
        /* What is in a struct or subsection that was found, too. */
        if (!row.leaf) {
            for (const e of row.element.querySelectorAll("li, details")) {
                e.classList.add("near");
            }
        }
    }

    function search() {
        const text = words.value.trim().toLowerCase();
        showAll();
        if (!text) {
            return;
        }
        rows = rows || collect();
        if (/^0x[0-9a-f]+$/.test(text)) {
            hits = rowAt(Number(text));
        } else {
            const parts = text.split(/\s+/);
            hits = rows.filter((row) => matches(row, parts));
        }
        nodes.classList.add("searching");
        hits.forEach(show);
        found.textContent = hits.length === 1 ? "1 found"
            : hits.length + " found";
    }

    function next() {
        if (timer) {
            clearTimeout(timer);
            timer = 0;
            search();
        }
        if (!hits.length) {
            return;
        }
        if (at >= 0) {
            hits[at].line.classList.remove("current");
        }
        at = (at + 1) % hits.length;
        hits[at].line.classList.add("current");
        open(hits[at].element);
        hits[at].line.scrollIntoView({ block: "center" });
        found.textContent = (at + 1) + " of " + hits.length;
    }

    function openAll(state) {
        for (const e of sections) {
            if (e.localName === "details") {
                e.open = state;
            }
        }
    }

    /* A link into a section that is closed opens it. */
    function follow() {
        const target = location.hash.length > 1
            ? by(decodeURIComponent(location.hash.slice(1))) : null;
        if (target && nodes.contains(target)) {
            if (nodes.classList.contains("searching")) {
                words.value = "";
                showAll();
            }
            open(target);
            target.scrollIntoView({ block: "center" });
        }
    }

    /* ---- events ---- */

    words.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
            timer = 0;
            search();
        }, 150);
    });
    by("search").addEventListener("submit", (event) => {
        event.preventDefault();
        next();
    });
    by("next").addEventListener("click", next);
    by("open").addEventListener("click", () => openAll(true));
    by("close").addEventListener("click", () => openAll(false));
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        if (event.key === "/" && document.activeElement !== words) {
            event.preventDefault();
            words.focus();
            words.select();
        } else if (event.key === "Escape" && words.value) {
            words.value = "";
            showAll();
        }
    });
    window.addEventListener("hashchange", follow);
    by("search").hidden = false;
    follow();
}());
