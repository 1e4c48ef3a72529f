window.leadheat = window.leadheat || function () { var a = arguments; return new Promise(function (r) { (leadheat.q = leadheat.q || []).push([a, r]); }); };
