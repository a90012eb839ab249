/**
 * A page with Intercom's snippet as its documentation gives it, but for the address: the Messenger
 * comes from the emulator and not from `https://widget.intercom.io`.
 */
export function pageHtml(emulatorUrl: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A page with the Messenger</title>
<script>
window.intercomSettings = { app_id: "demo", user_id: "271828" };
(function(){var w=window;var ic=w.Intercom;if(typeof ic==="function"){ic('reattach_activator');
ic('update',w.intercomSettings);}else{var d=document;var i=function(){i.c(arguments);};i.q=[];
i.c=function(args){i.q.push(args);};w.Intercom=i;var l=function(){var s=d.createElement('script');
s.type='text/javascript';s.async=true;s.src='${emulatorUrl}/widget/demo';
var x=d.getElementsByTagName('script')[0];x.parentNode.insertBefore(s,x);};
if(document.readyState==='complete'){l();}else if(w.attachEvent){w.attachEvent('onload',l);}
else{w.addEventListener('load',l,false);}}})();
</script>
<script src="/index.global.js"></script>
<script type="module" src="/page.ts"></script>
</head>
</html>
`;
}
