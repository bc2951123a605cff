"use strict";
// The little that the pages do by themselves. Every page also works without it.
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Search: "/" goes there, arrows walk through what was found, Escape leaves.
  const find = one("[data-find]");
  const found = one("#found");
  const choices = () => all("a", found || document.createElement("div"));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && find && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find.focus();
      find.select();
    }
    if (!find || !event.target.closest(".find")) return;
    const items = choices();
    const place = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && items.length) {
      event.preventDefault();
      items[Math.min(place + 1, items.length - 1)].focus();
    } else if (event.key === "ArrowUp" && place >= 0) {
      event.preventDefault();
      (place === 0 ? find : items[place - 1]).focus();
    } else if (event.key === "Escape") {
      found.replaceChildren();
      document.activeElement.blur();
    }
  });
  if (find) {
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.target === found) find.setAttribute("aria-expanded", String(choices().length > 0));
    });
  }

  // Alt and a letter goes to what bears it, in every browser alike: a field is entered, a button pressed.
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !/^Key[A-Z]$/.test(event.code)) return;
    const target = one(`[accesskey="${event.code.slice(3).toLowerCase()}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input, textarea, select")) target.focus();
    else target.click();
  });

  // The menu on a narrow screen.
  const side = one("#side");
  const toggle = one("[data-toggle-side]");
  const setSide = (open) => {
    side.classList.toggle("open", open);
    toggle.setAttribute("aria-expanded", String(open));
  };
  if (side && toggle) {
    toggle.addEventListener("click", (event) => {
      event.stopPropagation();
      setSide(!side.classList.contains("open"));
    });
    document.addEventListener("click", (event) => {
      if (side.classList.contains("open") && !side.contains(event.target)) setSide(false);
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && setSide(false));
  }

  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".notice").remove();
    const adder = event.target.closest("[data-add-row]");
    if (adder) addRow(adder.dataset.addRow);
    const remover = event.target.closest("[data-drop-row]");
    if (remover) remover.closest("tr").remove();
  });

  // A row of a Django formset: copy the template row, give it the next number.
  const addRow = (prefix) => {
    const total = one(`[name="${prefix}-TOTAL_FORMS"]`);
    const row = one(`template[data-row="${prefix}"]`).content.cloneNode(true);
    all("[name], [id], [for]", row).forEach((element) => {
      ["name", "id", "for"].forEach((name) => {
        if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace("__prefix__", total.value));
      });
    });
    const rows = one(`[data-rows="${prefix}"]`);
    rows.append(row);
    total.value = Number(total.value) + 1;
    if (window.htmx) window.htmx.process(rows.lastElementChild);
    one("input", rows.lastElementChild).focus();
  };

  // A submitted form cannot be submitted twice; some ask first.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    const stays = event.submitter && event.submitter.hasAttribute("data-stays");
    // What HTMX sends it has taken from the browser by now. Buttons may stand outside their form, and a field named
    // "method" hides the property of that name.
    if (form.getAttribute("method") === "post" && !event.defaultPrevented && !stays) {
      const buttons = [...form.elements].filter((one) => one.matches("button[type=submit]:enabled"));
      window.setTimeout(() => buttons.forEach((button) => {
        button.disabled = true;
        button.dataset.sent = "1";
      }), 0);
    }
  });
  window.addEventListener("pageshow", () => all("button[data-sent]").forEach((button) => {
    button.disabled = false;
    delete button.dataset.sent;
  }));
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
  });

  // The sum of what is ticked goes into the amount, until somebody writes another amount.
  const sum = (box) => {
    const fen = all("[data-owed]:checked", box).reduce((total, input) => total + Math.round(Number(input.dataset.owed) * 100), 0);
    all("[data-sum]", box).forEach((place) => {
      const yuan = (fen / 100).toFixed(2);
      if (place.matches("input")) {
        if (!place.dataset.touched) place.value = fen ? yuan : "";
      } else {
        place.textContent = `¥${yuan.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}`;
      }
    });
  };
  all("[data-sum-box]").forEach((box) => {
    box.addEventListener("input", (event) => {
      if (event.target.matches("input[data-sum]")) event.target.dataset.touched = "1";
      if (event.target.matches("[data-month]")) {
        // A whole month stands for its bills: they are not counted twice.
        all("input[name=bills]", event.target.closest(".month")).forEach((input) => {
          input.checked = false;
          input.disabled = event.target.checked;
        });
      }
      sum(box);
    });
    const amount = one("input[data-sum]", box);
    if (amount && amount.value) amount.dataset.touched = "1";
    sum(box);
  });

  all("[data-folded]").forEach((row) => {
    row.hidden = true;
    one(`[data-opens="${row.id}"]`).setAttribute("aria-expanded", "false");
  });
  // Details rows of a table: the summary stands in one row, what it opens in the next.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (!opener) return;
    const row = document.getElementById(opener.dataset.opens);
    row.hidden = !row.hidden;
    opener.setAttribute("aria-expanded", String(!row.hidden));
  });

  // What is left of a lease, by the server's clock: the page says what that was when it was made.
  const left = (element) => {
    const started = Date.now();
    const until = Date.parse(element.dataset.until) - Date.parse(element.dataset.now);
    const two = (n) => String(n).padStart(2, "0");
    const tick = () => {
      const seconds = Math.floor((until - (Date.now() - started)) / 1000);
      const over = seconds <= 0;
      const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
      element.textContent = over ? element.dataset.over : `${element.dataset.words} ${hours}:${two(minutes)}:${two(seconds % 60)}`;
      element.classList.toggle("countdown-short", seconds < 3600);
      if (!over) window.setTimeout(tick, 1000);
    };
    element.hidden = false;
    tick();
  };
  all("[data-until]").forEach(left);

  // Charts: the data stands in the element.
  const draw = (element) => {
    const { names, months, series } = JSON.parse(element.dataset.chart);
    const style = getComputedStyle(document.documentElement);
    const colours = [style.getPropertyValue("--tk-accent").trim(), "#7cc4ee", "#c9a24b"];
    const chart = window.echarts.init(element, null, { renderer: "svg" });
    chart.setOption({
      color: colours,
      textStyle: { fontFamily: style.getPropertyValue("--tk-font") },
      grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, right: 0, itemWidth: 10, itemHeight: 10, data: names },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (v) => `¥${Number(v).toLocaleString("en", { minimumFractionDigits: 2 })}` },
      xAxis: { type: "category", data: months, axisTick: { show: false }, axisLine: { lineStyle: { color: "#cdd6de" } }, axisLabel: { color: "#536271" } },
      yAxis: { type: "value", splitLine: { lineStyle: { color: "#edf1f4" } }, axisLabel: { color: "#536271" } },
      series: series.map((data, index) => ({ name: names[index], type: "bar", data, barMaxWidth: 22, barGap: "15%", itemStyle: { borderRadius: [3, 3, 0, 0] } })),
      animation: false,
    });
    new ResizeObserver(() => chart.resize()).observe(element);
  };
  window.addEventListener("load", () => {
    if (window.echarts) all("[data-chart]").forEach(draw);
  });

  // Filter: rows of a table by what is typed; Enter opens the first that is left.
  all("[data-filter]").forEach((input) => {
    const rows = () => all(input.dataset.filter);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      rows().forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
    });
    input.addEventListener("keydown", (event) => {
      const first = event.key === "Enter" && rows().find((row) => !row.hidden);
      if (first) one("a", first).click();
    });
  });

  // At the counter Enter goes to the next field; Ctrl+Enter sends.
  document.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key !== "Enter" || !form || form.id !== "order") return;
    if (event.ctrlKey) {
      const send = one("button[type=submit][form=order]");
      if (send && !send.disabled) form.requestSubmit(send);
    } else if (event.target.matches("input:not([type=hidden]), select")) {
      const fields = all("input:not([type=hidden]), select, textarea", form).filter((f) => f.offsetParent);
      const next = fields[fields.indexOf(event.target) + 1] || one("button[type=submit][form=order]");
      if (next) next.focus();
    } else return;
    event.preventDefault();
  });

  const alarm = one(".refusals[data-autofocus]");
  if (alarm) {
    alarm.focus({ preventScroll: true });
    alarm.scrollIntoView({ block: "center" });
  } else {
    const wrong = one(".is-invalid");
    if (wrong) wrong.focus();
  }
})();
