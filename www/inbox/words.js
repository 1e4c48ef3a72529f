// Every text of the inbox, in English, Finnish and Hungarian, side by side. Texts with a number or a name in them are functions.

export const LANGUAGES = ['en', 'fi', 'hu'];
const KEY = 'leadheat-inbox-language';
let column = 0;

const WORDS = {
  inbox: ['Inbox', 'Saapuneet', 'Beérkezett'],
  title: ['Inbox, leadheat', 'Saapuneet, leadheat', 'Beérkezett, leadheat'],
  leads: ['Leads', 'Liidit', 'Érdeklődők'],
  skip: ['Skip to the leads', 'Siirry liideihin', 'Ugrás az érdeklődőkhöz'],
  language: ['Language', 'Kieli', 'Nyelv'],
  sound: ['Sound', 'Ääni', 'Hang'],
  'sound.long': ['Sound when a hot lead arrives', 'Ääni, kun kuuma liidi saapuu', 'Hang forró érdeklődőnél'],
  bell: ['Notifications', 'Ilmoitukset', 'Értesítések'],
  'bell.long': ['Notifications when a hot lead arrives', 'Ilmoitukset, kun kuuma liidi saapuu', 'Értesítések forró érdeklődőnél'],
  'bell.blocked': ['The browser blocks notifications from this page. Allow them in the browser’s site settings, then press the button again.',
    'Selain estää tämän sivun ilmoitukset. Salli ne selaimen sivustoasetuksissa ja paina painiketta uudelleen.',
    'A böngésző letiltotta az oldal értesítéseit. Engedélyezze őket a böngésző webhely-beállításaiban, majd nyomja meg újra a gombot.'],
  export: ['Export CSV', 'Vie CSV', 'CSV-export'],
  offline: ['Connection lost, trying again', 'Yhteys katkesi, yritetään uudelleen', 'Megszakadt a kapcsolat, újrapróbálkozás'],
  now: ['now', 'nyt', 'most'],

  summary: [(hot, fresh, all) => `${hot} hot unread, ${fresh} new, ${all} in all`,
    (hot, fresh, all) => `${hot} kuumaa lukematta, ${fresh} uutta, yhteensä ${all}`,
    (hot, fresh, all) => `${hot} olvasatlan forró, ${fresh} új, összesen ${all}`],
  shown: [(n) => `${n} match the filters`, (n) => `${n} vastaa suodattimia`, (n) => `${n} felel meg a szűrőknek`],
  closed: ['Closed or parked', 'Päättyneet ja lykätyt', 'Lezárt és félretett'],
  anonymous: ['Anonymous visitor', 'Nimetön kävijä', 'Névtelen látogató'],
  unread: ['unread', 'lukematta', 'olvasatlan'],
  test: ['Test', 'Testi', 'Teszt'],
  bot: ['Suspected bot', 'Epäilty botti', 'Gyaníthatóan robot'],
  unsaved: ['Not saved', 'Tallentamatta', 'Nincs mentve'],
  due: ['Due again', 'Taas ajankohtainen', 'Újra esedékes'],
  more: ['Show more', 'Näytä lisää', 'Továbbiak'],
  arrived: [(tier, name) => `New lead, ${tier}: ${name}`, (tier, name) => `Uusi liidi, ${tier}: ${name}`, (tier, name) => `Új érdeklődő, ${tier}: ${name}`],
  'hot.arrived': ['New hot lead', 'Uusi kuuma liidi', 'Új forró érdeklődő'],

  search: ['Search', 'Haku', 'Keresés'],
  'search.hint': ['Name, company, words', 'Nimi, yritys, sanoja', 'Név, cég, szavak'],
  filters: ['Filters', 'Suodattimet', 'Szűrők'],
  tier: ['Tier', 'Lämpö', 'Hőfok'],
  stage: ['Stage', 'Vaihe', 'Szakasz'],
  channel: ['Source', 'Lähde', 'Forrás'],
  status: ['Status', 'Tila', 'Állapot'],
  sort: ['Order', 'Järjestys', 'Sorrend'],
  'sort.hot': ['Hot first', 'Kuumat ensin', 'Forrók elöl'],
  'sort.newest': ['Newest first', 'Uusimmat ensin', 'Legújabb elöl'],
  any: ['All', 'Kaikki', 'Mind'],
  clear: ['Clear filters', 'Tyhjennä suodattimet', 'Szűrők törlése'],
  nothing: ['No lead matches these filters.', 'Mikään liidi ei vastaa näitä suodattimia.', 'Egyetlen érdeklődő sem felel meg a szűrőknek.'],

  'empty.title': ['No leads yet', 'Ei vielä liidejä', 'Még nincs érdeklődő'],
  'empty.demo': ['Make the first one yourself: open the demo site, look around, write in the chat and leave your contact details. The lead appears here by itself.',
    'Tee ensimmäinen itse: avaa esittelysivusto, katsele ympärillesi, kirjoita chatiin ja jätä yhteystietosi. Liidi ilmestyy tähän itsestään.',
    'Hozza létre az elsőt: nyissa meg a bemutatóoldalt, nézzen körül, írjon a csevegésbe, és hagyja meg az elérhetőségét. Az érdeklődő magától megjelenik itt.'],
  'empty.open': ['Open the demo site', 'Avaa esittelysivusto', 'Bemutatóoldal megnyitása'],
  'empty.test': ['Or send a test lead: type this in the browser’s console on a page that has the widget.',
    'Tai lähetä testiliidi: kirjoita tämä selaimen konsoliin sivulla, jolla widget on.',
    'Vagy küldjön próbaérdeklődőt: írja be ezt a böngésző konzoljába egy olyan oldalon, amelyen ott a widget.'],
  'error.load': [(why) => `The leads could not be loaded. ${why}`, (why) => `Liidejä ei voitu ladata. ${why}`, (why) => `Az érdeklődőket nem sikerült betölteni. ${why}`],
  'error.network': ['The inbox server does not answer. Check that leadheat is running and that you are online.',
    'Palvelin ei vastaa. Tarkista, että leadheat on käynnissä ja verkkoyhteys toimii.',
    'A kiszolgáló nem válaszol. Ellenőrizze, hogy a leadheat fut-e, és van-e hálózat.'],
  'error.status': [(n) => `The server answered with error ${n}.`, (n) => `Palvelin vastasi virheellä ${n}.`, (n) => `A kiszolgáló ${n} hibával válaszolt.`],
  'error.save': [(why) => `Not saved. ${why} What you typed is kept here.`, (why) => `Ei tallennettu. ${why} Kirjoittamasi on tallessa tässä.`, (why) => `Nincs mentve. ${why} Amit beírt, itt megmarad.`],
  'error.left': [(name) => `Your changes to “${name}” are not saved yet. They are kept, and saved when the server answers again.`,
    (name) => `Muutoksiasi liidiin ”${name}” ei ole vielä tallennettu. Ne ovat tallessa ja tallennetaan, kun palvelin taas vastaa.`,
    (name) => `A(z) „${name}” érdeklődőnél tett módosításai még nincsenek mentve. Megmaradnak, és mentjük őket, amint a kiszolgáló újra válaszol.`],
  retry: ['Try again', 'Yritä uudelleen', 'Újra'],
  'gone.title': ['This lead is not here', 'Tätä liidiä ei ole', 'Ez az érdeklődő nincs itt'],
  gone: ['It may have been deleted, or the address is not complete.', 'Se on ehkä poistettu, tai osoite on vajaa.', 'Lehet, hogy törölték, vagy hiányos a cím.'],
  'idle.none': ['No hot lead is waiting', 'Yksikään kuuma liidi ei odota', 'Nem vár forró érdeklődő'],
  'idle.some': [(n) => (n === 1 ? 'A hot lead is waiting' : `${n} hot leads are waiting`), (n) => (n === 1 ? 'Kuuma liidi odottaa' : `${n} kuumaa liidiä odottaa`),
    (n) => (n === 1 ? 'Egy forró érdeklődő vár' : `${n} forró érdeklődő vár`)],
  'idle.next': ['Next', 'Seuraavaksi', 'Következő'],
  'idle.keys': ['Keys: j and k move in the list, Enter opens, Esc returns to the list.', 'Näppäimet: j ja k siirtävät listassa, Enter avaa, Esc palaa listaan.',
    'Billentyűk: j és k léptet a listában, Enter megnyit, Esc visszalép a listára.'],

  back: ['Leads', 'Liidit', 'Érdeklődők'],
  score: ['Score', 'Pisteet', 'Pontszám'],
  noscore: ['No score: not consented', 'Ei pisteitä: ei suostumusta', 'Nincs pontszám: nincs hozzájárulás'],
  call: ['Call', 'Soita', 'Hívás'],
  mail: ['Mail', 'Sähköposti', 'E-mail'],
  noreach: ['No phone number or e-mail address', 'Ei puhelinnumeroa eikä sähköpostiosoitetta', 'Nincs telefonszám vagy e-mail-cím'],
  owner: ['Owner', 'Vastuuhenkilö', 'Felelős'],
  reason: ['Why was it lost?', 'Miksi kauppa hävittiin?', 'Miért veszett el?'],
  'reason.needed': ['Saved once there is a reason.', 'Tallennetaan, kun syy on annettu.', 'Mentés az ok megadása után.'],
  'reason.ideas': ['Price|Chose a competitor|Not ready to buy|Cannot be reached|Not a decision maker|A poor demo', 'Hinta|Valitsi kilpailijan|Ei vielä valmis ostamaan|Ei tavoiteta|Ei ole päättäjä|Esittely epäonnistui',
    'Ár|Versenytársat választott|Még nem áll készen a vásárlásra|Nem elérhető|Nem döntéshozó|Rosszul sikerült bemutató'],
  until: ['Parked until', 'Lykätty päivään', 'Félretéve eddig'],
  'until.needed': ['Saved once there is a date, today or later.', 'Tallennetaan, kun päivä on annettu (tänään tai myöhemmin).', 'Mentés a (mai vagy későbbi) dátum megadása után.'],
  save: ['Save', 'Tallenna', 'Mentés'],
  saving: ['Saving', 'Tallennetaan', 'Mentés folyamatban'],
  saved: [(time) => `Saved ${time}`, (time) => `Tallennettu ${time}`, (time) => `Mentve: ${time}`],
  notes: ['Notes', 'Muistiinpanot', 'Jegyzetek'],
  brief: ['In short', 'Lyhyesti', 'Röviden'],
  grade: [(grade) => `Fit ${grade}`, (grade) => `Sopivuus ${grade}`, (grade) => `Illeszkedés ${grade}`],
  fit: ['How well they suit', 'Miten hyvin asiakas sopii', 'Mennyire illik hozzánk'],
  reasons: ['Why this score', 'Mistä pisteet tulevat', 'Miből áll a pontszám'],
  'reasons.none': ['The visitor has not consented to scoring, so there are no points and no journey.', 'Kävijä ei ole antanut suostumusta pisteytykseen, joten pisteitä ja polkua ei ole.',
    'A látogató nem járult hozzá a pontozáshoz, ezért nincs pontszám és útvonal.'],
  times: [(n) => (n === '1' ? 'once' : `${n} times`), (n) => (n === '1' ? 'kerran' : `${n} kertaa`), (n) => `${n} alkalommal`],
  last: [(day) => `last ${day}`, (day) => `viimeksi ${day}`, (day) => `utoljára: ${day}`],
  journey: ['Journey', 'Polku sivustolla', 'Útvonal az oldalon'],
  'journey.none': ['No journey was recorded.', 'Polkua ei ole tallennettu.', 'Nincs rögzített útvonal.'],
  visit: [(n) => `Visit ${n}`, (n) => `${n}. käynti`, (n) => `${n}. látogatás`],
  active: [(time) => `${time} active`, (time) => `aktiivisena ${time}`, (time) => `${time} aktív idő`],
  steps: [(n) => (n === 1 ? '1 step' : `${n} steps`), (n) => (n === 1 ? '1 vaihe' : `${n} vaihetta`), (n) => `${n} lépés`],
  scrolled: [(n) => `scrolled ${n}`, (n) => `vieritetty ${n}`, (n) => `${n} görgetve`],
  chat: ['Chat', 'Keskustelu', 'Csevegés'],
  'chat.none': ['No chat.', 'Ei keskustelua.', 'Nem volt csevegés.'],
  'from.bot': ['Bot', 'Botti', 'Robot'], 'from.visitor': ['Visitor', 'Kävijä', 'Látogató'], 'from.agent': ['Colleague', 'Kollega', 'Munkatárs'],
  facts: ['Source and facts', 'Lähde ja tiedot', 'Forrás és adatok'],
  'touch.first': ['First touch', 'Ensimmäinen kosketus', 'Első érintkezés'], 'touch.last': ['Last touch', 'Viimeisin kosketus', 'Utolsó érintkezés'],
  unknown: ['not known', 'ei tiedossa', 'nem ismert'],
  referrer: ['Referrer', 'Viittaava sivusto', 'Hivatkozó webhely'], campaign: ['Campaign', 'Kampanja', 'Kampány'], landing: ['Landing page', 'Saapumissivu', 'Érkezési oldal'], when: ['Time', 'Aika', 'Időpont'],
  need: ['Need', 'Tarve', 'Igény'], timeframe: ['Timeframe', 'Aikataulu', 'Időtáv'], authority: ['Authority', 'Päätösvalta', 'Döntési jogkör'],
  budget: ['Budget', 'Budjetti', 'Keret'], supplier: ['Buys now from', 'Nykyinen toimittaja', 'Jelenlegi beszállító'], preferred: ['Prefers', 'Toivottu yhteydenotto', 'Kért megkeresés'],
  company: ['Company', 'Yritys', 'Cég'], phone: ['Phone', 'Puhelin', 'Telefon'], email: ['E-mail', 'Sähköposti', 'E-mail'], meeting: ['Meeting', 'Tapaaminen', 'Találkozó'], visits: ['Visit', 'Käynti', 'Látogatás'],
  page: ['Submitted on', 'Lähetetty sivulta', 'Beküldés helye'], site: ['Site', 'Sivusto', 'Webhely'], spoken: ['Visitor’s language', 'Kävijän kieli', 'Látogató nyelve'],
  received: ['Received', 'Saapunut', 'Beérkezett'], created: ['First created', 'Luotu', 'Létrejött'], updated: ['Last change', 'Viimeisin muutos', 'Utolsó változás'], model: ['Model', 'Malli', 'Modell'], id: ['Lead id', 'Liidin tunnus', 'Azonosító'],
  consent: ['Consent', 'Suostumus', 'Hozzájárulás'], 'consent.granted': ['Granted', 'Annettu', 'Megadva'], 'consent.denied': ['Denied', 'Kielletty', 'Megtagadva'], 'consent.pending': ['Not asked or not answered', 'Ei kysytty tai ei vastattu', 'Nem kérdezték vagy nem válaszolt'],
  'consent.none': ['No consent text was recorded.', 'Suostumustekstiä ei ole tallennettu.', 'Nincs rögzített hozzájárulási szöveg.'],
  raw: ['Raw JSON', 'Raaka JSON', 'Nyers JSON'],

  there: [(time) => `${time} there now`, (time) => `kello siellä ${time}`, (time) => `ott most ${time}`],
  topics: ['Looked at most', 'Katsoi eniten', 'Legtöbbet nézte'], device: ['Device', 'Laite', 'Eszköz'],
  'device.phone': ['phone', 'puhelin', 'telefon'], 'device.tablet': ['tablet', 'tabletti', 'táblagép'], 'device.desktop': ['computer', 'tietokone', 'számítógép'],
  'load.slow': ['page loaded slowly', 'sivu latautui hitaasti', 'lassan töltődött be az oldal'], 'load.very_slow': ['page loaded very slowly', 'sivu latautui hyvin hitaasti', 'nagyon lassan töltődött be az oldal'],

  'tier.hot': ['Hot', 'Kuuma', 'Forró'], 'tier.warm': ['Warm', 'Lämmin', 'Meleg'], 'tier.cold': ['Cold', 'Kylmä', 'Hideg'],
  'stage.suspect': ['Suspect', 'Tutustuja', 'Ismerkedő'], 'stage.mql': ['Marketing-qualified (MQL)', 'Markkinoinnin kvalifioima (MQL)', 'Marketing által minősített (MQL)'],
  'stage.sql': ['Sales-qualified (SQL)', 'Myynnin kvalifioima (SQL)', 'Értékesítésre érett (SQL)'], 'stage.discarded': ['Discarded', 'Hylätty', 'Elvetve'], 'stage.parked': ['Parked', 'Lykätty', 'Félretéve'],
  'stage.customer': ['Customer', 'Asiakas', 'Ügyfél'], 'stage.lost': ['Lost', 'Hävitty', 'Elveszítve'],
  'status.new': ['New', 'Uusi', 'Új'], 'status.contacted': ['Contacted', 'Otettu yhteyttä', 'Megkeresve'], 'status.qualified': ['Qualified', 'Kvalifioitu', 'Minősítve'], 'status.won': ['Won', 'Voitettu', 'Megnyerve'],
  'status.lost': ['Lost', 'Hävitty', 'Elveszítve'], 'status.discarded': ['Discarded', 'Hylätty', 'Elvetve'], 'status.parked': ['Parked', 'Lykätty', 'Félretéve'],
  'channel.direct': ['Direct', 'Suora', 'Közvetlen'], 'channel.search': ['Search', 'Haku', 'Kereső'], 'channel.social': ['Social media', 'Some', 'Közösségi média'], 'channel.email': ['E-mail', 'Sähköposti', 'E-mail'],
  'channel.referral': ['Referral', 'Viittaus', 'Ajánló webhely'],
  'channel.paid_search': ['Search advertisement', 'Hakumainos', 'Keresőhirdetés'], 'channel.paid_social': ['Social advertisement', 'Somemainos', 'Közösségi hirdetés'], 'channel.paid_video': ['Video advertisement', 'Videomainos', 'Videóhirdetés'],
  'channel.paid_shopping': ['Shopping advertisement', 'Ostosmainos', 'Vásárlási hirdetés'], 'channel.paid_other': ['Advertisement', 'Mainos', 'Hirdetés'], 'channel.display': ['Banner', 'Bannerimainos', 'Bannerhirdetés'],
  'channel.video': ['Video site', 'Videosivusto', 'Videóoldal'], 'channel.shopping': ['Shopping site', 'Ostospaikka', 'Vásárlási oldal'], 'channel.affiliates': ['Affiliate', 'Kumppanimainonta', 'Affiliate partner'], 'channel.audio': ['Audio advertisement', 'Äänimainos', 'Hanghirdetés'],
  'channel.sms': ['Text message', 'Tekstiviesti', 'SMS'], 'channel.push': ['Push notification', 'Push-ilmoitus', 'Push-értesítés'], 'channel.cross_network': ['Advertisement', 'Mainos', 'Hirdetés'], 'channel.unassigned': ['Not known', 'Ei tiedossa', 'Nem ismert'],
  'channel.ai': ['AI assistant', 'Tekoälyavustaja', 'MI-asszisztens'],
  'timeframe.now': ['at once', 'heti', 'azonnal'], 'timeframe.two_months': ['within two months', 'kahden kuukauden sisällä', 'két hónapon belül'], 'timeframe.later': ['later', 'myöhemmin', 'később'],
  'timeframe.none': ['no time limit', 'ei aikarajaa', 'nincs határidő'], 'timeframe.not_buying': ['does not mean to buy', 'ei aio ostaa', 'nem szándékozik vásárolni'],
  'authority.decides': ['decides', 'päättää itse', 'ő dönt'], 'authority.prepares': ['prepares the decision', 'valmistelee päätöstä', 'előkészíti a döntést'], 'authority.other': ['somebody else decides', 'päättää joku muu', 'más dönt'],
  'preferred.phone': ['phone', 'puhelu', 'telefonon'], 'preferred.email': ['e-mail', 'sähköposti', 'e-mailben'], 'preferred.meeting': ['meeting', 'tapaaminen', 'találkozón'], 'preferred.visit': ['visit', 'käynti', 'személyesen'],

  'intent.ask_price': ['asks the price', 'kysyy hintaa', 'árat kér'], 'intent.ask_payment': ['asks about payment', 'kysyy maksusta', 'a fizetésről kérdez'], 'intent.ask_delivery': ['asks about delivery', 'kysyy toimituksesta', 'a szállításról kérdez'],
  'intent.ask_quantity': ['asks about quantities', 'kysyy määristä', 'a mennyiségről kérdez'], 'intent.ask_installation': ['asks about installation', 'kysyy asennuksesta', 'a beszerelésről kérdez'], 'intent.ask_warranty': ['asks about the warranty', 'kysyy takuusta', 'a garanciáról kérdez'],
  'intent.ask_contract': ['asks about the contract', 'kysyy sopimuksesta', 'a szerződésről kérdez'], 'intent.ask_start': ['asks when to start', 'kysyy aloituksesta', 'a kezdésről kérdez'], 'intent.ask_variant': ['asks about variants', 'kysyy vaihtoehdoista', 'a változatokról kérdez'],
  'intent.want_demo': ['wants a demo', 'haluaa esittelyn', 'bemutatót kér'], 'intent.want_meeting': ['wants to meet', 'haluaa tavata', 'találkozna'], 'intent.want_callback': ['wants a call', 'haluaa soiton', 'visszahívást kér'], 'intent.want_human': ['wants a person', 'haluaa ihmisen', 'emberrel beszélne'],
  'intent.timeframe_now': ['at once', 'heti', 'azonnal'], 'intent.timeframe_two_months': ['within two months', 'kahden kuukauden sisällä', 'két hónapon belül'], 'intent.timeframe_later': ['later', 'myöhemmin', 'később'], 'intent.timeframe_none': ['no time limit', 'ei aikarajaa', 'nincs határidő'],
  'intent.budget': ['names a budget', 'mainitsee budjetin', 'keretet említ'], 'intent.authority_yes': ['decides', 'päättää itse', 'ő dönt'], 'intent.authority_no': ['somebody else decides', 'päättää joku muu', 'más dönt'], 'intent.current_supplier': ['has a supplier', 'on jo toimittaja', 'van beszállítója'],
  'intent.objection_price': ['objects to the price', 'hinta arveluttaa', 'az árat kifogásolja'], 'intent.objection_delivery': ['objects to the delivery', 'toimitus arveluttaa', 'a szállítást kifogásolja'], 'intent.objection_product': ['objects to the product', 'tuote arveluttaa', 'a terméket kifogásolja'],
  'intent.objection_company': ['does not know the company', 'yritys arveluttaa', 'a céget kifogásolja'], 'intent.objection_no_hurry': ['is in no hurry', 'ei kiirettä', 'nem sürgős neki'], 'intent.objection_must_ask': ['must ask somebody', 'pitää kysyä muilta', 'mást is megkérdez'],
  'intent.not_interested': ['is not interested', 'ei ole kiinnostunut', 'nem érdekli'], 'intent.contact_email': ['wrote an address', 'kirjoitti osoitteen', 'címet írt'], 'intent.contact_phone': ['wrote a number', 'kirjoitti numeron', 'számot írt'],
  requirements: ['Requires', 'Vaatimukset', 'Feltételek'], preferred_time: ['Best time', 'Sopiva aika', 'Megfelelő időpont'], said: ['Said', 'Sanoi', 'Mondta'], satisfied: ['Chat was helpful', 'Chatista oli apua', 'Hasznos volt a csevegés'], yes: ['yes', 'kyllä', 'igen'], no: ['no', 'ei', 'nem'],

  'what.page_view': ['Page', 'Sivu', 'Oldal'], 'what.click_outbound': ['Link to another site', 'Linkki toiselle sivustolle', 'Link más webhelyre'], 'what.click_download': ['Download', 'Lataus', 'Letöltés'],
  'what.click_mailto': ['E-mail address clicked', 'Napsautti sähköpostiosoitetta', 'E-mail-címre kattintott'], 'what.click_tel': ['Phone number clicked', 'Napsautti puhelinnumeroa', 'Telefonszámra kattintott'], 'what.mark': ['Marked spot', 'Merkitty kohta', 'Megjelölt elem'],
  'what.form_start': ['Form begun', 'Lomake aloitettu', 'Űrlap megkezdve'], 'what.form_submit': ['Form sent', 'Lomake lähetetty', 'Űrlap elküldve'], 'what.form_abandon': ['Form not sent', 'Lomake jäi lähettämättä', 'Űrlap elküldés nélkül'],
  'what.content_end': ['Seen to its end', 'Katsottu loppuun', 'Végignézte'], 'what.search': ['Site search', 'Haku sivustolta', 'Keresés az oldalon'], 'what.media_start': ['Video or audio', 'Video tai ääni', 'Videó vagy hang'], 'what.copy': ['Text copied', 'Kopioi tekstiä', 'Szöveget másolt'], 'what.print': ['Page printed', 'Tulosti sivun', 'Oldalt nyomtatott'],
  'what.reaction': ['Reaction', 'Reaktio', 'Reakció'], 'what.language': ['Language chosen', 'Valitsi kielen', 'Nyelvet választott'], 'what.search_click': ['Search result opened', 'Avasi hakutuloksen', 'Keresési találatot nyitott meg'],
  'what.select_contact': ['Address or number selected', 'Poimi yhteystiedon sivulta', 'Elérhetőséget jelölt ki'],
  'what.chat_open': ['Chat opened', 'Chat avattu', 'Csevegés megnyitva'],
  'what.chat_start': ['Conversation begun', 'Keskustelu alkoi', 'Beszélgetés kezdődött'], 'what.chat_rating': ['Chat rated', 'Arvioi chatin', 'Értékelte a csevegést'], 'what.meeting': ['Meeting booked', 'Tapaaminen varattu', 'Találkozó lefoglalva'],
  'what.chat_message': ['Chat message', 'Viesti chatissa', 'Csevegőüzenet'], 'what.intent': ['Said in the chat', 'Sanoi chatissa', 'Mondta a csevegésben'], 'what.contact': ['Contact details given', 'Yhteystiedot annettu', 'Elérhetőség megadva'], 'what.custom': ['Other signal', 'Muu tapahtuma', 'Egyéb esemény'],
  'mark.chat': ['Chat', 'Chat', 'Csevegés'], 'mark.form': ['Form', 'Lomake', 'Űrlap'], 'mark.price': ['Prices', 'Hinnat', 'Árak'], 'mark.download': ['Download', 'Lataus', 'Letöltés'], 'mark.mail': ['E-mail address', 'Sähköpostiosoite', 'E-mail-cím'],
  'mark.phone': ['Phone number', 'Puhelinnumero', 'Telefonszám'], 'mark.out': ['Another site', 'Toinen sivusto', 'Más webhely'], 'mark.contact': ['Contact details', 'Yhteystiedot', 'Elérhetőség'], 'mark.flag': ['Other', 'Muu', 'Egyéb'],
};

/** Words of another page that is built of the same parts; its own win. */
export const addWords = (more) => Object.assign(WORDS, more);

export const language = () => LANGUAGES[column];

export function setLanguage(code, remember) {
  column = Math.max(0, LANGUAGES.indexOf(code));
  if (!remember) return;
  try { localStorage.setItem(KEY, language()); } catch { /* storage may be off: then it is not remembered */ }
}

export function firstLanguage() {
  let kept = null;
  try { kept = localStorage.getItem(KEY); } catch { /* as above */ }
  return LANGUAGES.includes(kept) ? kept : LANGUAGES.find((code) => navigator.language.toLowerCase().split('-')[0] === code) || 'en';
}

export function t(key, ...args) {
  const text = WORDS[key][column];
  return typeof text === 'function' ? text(...args) : text;
}

/** A word for a value that came with a lead: translated if known, else as it came. */
export const word = (group, value, otherwise = value) => (value == null || value === '' ? null : Object.hasOwn(WORDS, `${group}.${value}`) ? t(`${group}.${value}`) : otherwise);
