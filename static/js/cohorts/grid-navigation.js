// Arrow keys, Home and End go through the links of a table, from wherever Tab has led. Tab itself goes on as ever.

const across = (table) => (getComputedStyle(table).direction === "rtl" ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"]);

const links = (row) => [...row.querySelectorAll("a")];

document.querySelector(".gradebook")?.addEventListener("keydown", (event) => {
  const here = event.target.closest("a");
  if (!here || event.altKey || event.shiftKey || event.metaKey) return;
  const table = event.currentTarget;
  const cell = here.closest("td, th");
  const row = cell.parentElement;
  const [back, on] = across(table);
  const beside = (step) => links(row)[links(row).indexOf(here) + step];
  const below = (step) => table.rows[row.rowIndex + step]?.cells[cell.cellIndex].querySelector("a");
  const ways = event.ctrlKey
    ? { Home: () => links(table)[0], End: () => links(table).at(-1) }
    : {
        [back]: () => beside(-1),
        [on]: () => beside(1),
        ArrowUp: () => below(-1),
        ArrowDown: () => below(1),
        Home: () => links(row)[0],
        End: () => links(row).at(-1),
      };
  if (!Object.hasOwn(ways, event.key)) return;
  event.preventDefault();
  const there = ways[event.key]();
  there?.focus();
  // Out from under the heads and names that stay in sight; see scroll-padding in gradebook.css.
  there?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
