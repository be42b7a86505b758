// What a reader would see wrong on the page: texts that overlap, are cut, run out of the window, or are too pale.
const problems = [];
const forReadersAloud = (node) => {  // kept for screen readers in a box of one pixel
  for (let at = node; at; at = at.parentElement) {
    const room = at.getBoundingClientRect();
    if (getComputedStyle(at).overflowX === "hidden" && room.width <= 1.5 && room.height <= 1.5) return true;
  }
  return false;
};
const shown = (node) => {
  const style = getComputedStyle(node);
  return node.checkVisibility() && style.visibility !== "hidden" && style.display !== "none" && !forReadersAloud(node);
};
const parse = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => {
  const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const behind = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour.length && (colour.length < 4 || colour[3] > 0.99)) return colour;
  }
  return [255, 255, 255];
};
const boxes = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let text = walker.nextNode(); text; text = walker.nextNode()) {
  const words = text.textContent.trim(), parent = text.parentElement;
  if (!words || !shown(parent)) continue;
  const range = document.createRange();
  range.selectNodeContents(text);
  for (const box of range.getClientRects()) {
    if (box.width < 1 || box.height < 1) continue;
    boxes.push([box, words, parent]);
    if (box.right > window.innerWidth + 1 || box.left < -1) {
      let scrolls = false;
      for (let at = parent; at; at = at.parentElement) {
        if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) scrolls = true;
      }
      if (!scrolls) problems.push(`outside: ${words.slice(0, 60)}`);
    }
    for (let at = parent; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at), room = at.getBoundingClientRect();
      if (["hidden", "clip"].includes(style.overflowX) && box.right > room.right + 1) problems.push(`cut: ${words.slice(0, 60)}`);
      if (["hidden", "clip"].includes(style.overflowY) && box.bottom > room.bottom + 1) problems.push(`cut: ${words.slice(0, 60)}`);
    }
  }
  const style = getComputedStyle(parent), one = light(parse(style.color)), two = light(behind(parent));
  const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
  if (contrast < (large ? 3 : 4.5)) problems.push(`pale (${contrast.toFixed(2)}): ${words.slice(0, 60)}`);
}
boxes.sort((a, b) => a[0].top - b[0].top);
for (let i = 0; i < boxes.length; i++) {
  const [one, words] = boxes[i];
  for (let j = i + 1; j < boxes.length && boxes[j][0].top < one.bottom - 2; j++) {
    const [two, others] = boxes[j];
    const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
    const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
    if (wide > 2 && high > 0.35 * Math.min(one.height, two.height)) problems.push(`overlap: ${words.slice(0, 40)} / ${others.slice(0, 40)}`);
  }
}
for (const image of document.images) {
  if (!image.complete || image.naturalWidth === 0) problems.push(`no picture: ${image.alt.slice(0, 60)}`);
  else if (image.getBoundingClientRect().width > window.innerWidth + 1) problems.push(`wide picture: ${image.alt.slice(0, 60)}`);
}
if (document.documentElement.scrollWidth > window.innerWidth + 1) problems.push("the page scrolls sideways");
return [...new Set(problems)];
