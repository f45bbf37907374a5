// Gives every block of code a button that copies it. In a block with a prompt, only what is typed is copied.

const typed = (code) =>
  code.querySelector(".prompt")
    ? code.textContent.split("\n").filter((line) => line.startsWith("$ ")).map((line) => line.slice(2)).join("\n")
    : code.textContent;

if (navigator.clipboard) {
  const live = document.getElementById("live"); // says it, and has the words in the reader's language
  for (const figure of document.querySelectorAll("figure.code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = live.dataset.copy;
    button.addEventListener("click", async () => {
      const copied = await navigator.clipboard.writeText(typed(figure.querySelector("code"))).then(() => true, () => false);
      button.textContent = copied ? live.dataset.copied : live.dataset.select;
      live.textContent = button.textContent;
      setTimeout(() => (button.textContent = live.dataset.copy), 2000);
    });
    figure.append(button);
  }
}
