// The rich-text editor of Wagtail writes two <style> elements of its own (texts shown in empty
// blocks, depth of lists), which our content security policy refuses. They are made as inert
// elements here, and what they contain becomes a style sheet of the page, which the policy allows.

class Sheet extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.sheet ??= new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
    this.watch = new MutationObserver(() => this.sheet.replaceSync(this.textContent));
    this.watch.observe(this, { childList: true, characterData: true, subtree: true });
    this.sheet.replaceSync(this.textContent);
  }

  disconnectedCallback() {
    this.watch.disconnect();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet);
  }
}

customElements.define("lms-sheet", Sheet);

const createElement = Document.prototype.createElement;
Document.prototype.createElement = function create(name, ...options) {
  return createElement.call(this, name === "style" && this === document ? "lms-sheet" : name, ...options);
};
