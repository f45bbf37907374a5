// Says beside a learner's name, as groups are chosen, that they have the assignment with a group already.
for (const group of document.querySelectorAll(".audience [name=groups]")) {
  const say = () => {
    for (const said of group.form.querySelectorAll(`[data-group="${group.value}"]`)) said.hidden = !group.checked;
  };
  group.addEventListener("change", say);
  say(); // a browser that went back has its boxes as they were left
}
