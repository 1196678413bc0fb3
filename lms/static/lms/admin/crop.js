// The tool that frames an image writes event attributes to find out whether the screen can be
// touched, which our content security policy refuses. We tell it.

jQuery.Jcrop.defaults.touchSupport = "ontouchstart" in window;
