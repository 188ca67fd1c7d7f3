function createPageHTML(count, current, name, ext) {
  var out = "";
  for (var i = 0; i < count; i++) {
    out += i === current ? "<b>" + (i + 1) + "</b>" : '<a href="' + name + (i ? "_" + i : "") + "." + ext + '">' + (i + 1) + "</a>";
  }
  document.write(out);
}
