window.leadheat = typeof leadheat === 'function' ? leadheat : function () { var a = arguments; return new Promise(function (r) { (leadheat.q = leadheat.q || []).push([a, r]); }); };
