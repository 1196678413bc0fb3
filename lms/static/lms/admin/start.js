// Starts what Wagtail starts with a script written in the page, which our content security policy
// refuses. The templates and widgets that we override (lms/templates/wagtailadmin, lms.inline_scripts) write
// instead <template data-controller="lms-start" data-lms-start-call-value="…" …>.

class Start extends window.StimulusModule.Controller {
  static values = { call: String, args: Array };

  connect() {
    if (this.element.dataset.started) return; // moved in the page, not new
    this.element.dataset.started = "yes";
    const called = window[this.callValue];
    if (/^[A-Z]/.test(this.callValue)) new called(...this.argsValue);
    else called(...this.argsValue);
  }
}

window.wagtail.app.register("lms-start", Start);
