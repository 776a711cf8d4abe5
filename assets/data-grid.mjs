// Cells of the tables of the data pages (layouts/pages/data_grid.py): a link, and a word with a mark
// whose shape says what its colour says. Inert on pages without such a table.

const cells = (window.dashAgGridComponentFunctions ??= {});

const written = ({ data, colDef, value }) => data[`${colDef.field}_words`] ?? value;

cells.GridLink = (props) =>
  window.React.createElement("a", { href: props.data.href, className: "grid-link" }, written(props));

cells.GridMark = (props) => {
  const mark = props.data[`${props.colDef.field}_mark`];
  const sign = mark && window.React.createElement("i", { className: `bi ${mark}`, "aria-hidden": true });
  return window.React.createElement("span", { className: "grid-mark" }, sign, written(props));
};

// The grid moves the focus from cell to cell with the arrows: Enter opens what the row is about.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.(".data-grid .ag-cell")) return;
  event.target.closest(".ag-row").querySelector(".grid-link")?.click();
});
