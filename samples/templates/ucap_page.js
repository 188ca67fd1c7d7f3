function createPageHTML(box, count, current, name, ext, rows) {
  var out = "共 " + rows + " 条 ";
  for (var i = 1; i <= count; i++) {
    out += i === current ? "<b>" + i + "</b>" : '<a href="' + name + (i > 1 ? "_" + i : "") + "." + ext + '">' + i + "</a>";
  }
  document.getElementById(box).innerHTML = out;
}
