interface SampleText {
  readonly from: string;
  /** As it stands in the header: RFC 2047 where it is not ASCII. */
  readonly subject: string;
  readonly text: string;
}

/** Ten letters; among them what has tripped mail programs: dots and `From ` at line starts, long lines, UTF-8. */
export const texts: readonly SampleText[] = [
  {
    from: 'popfetch demo <demo@popfetch.example>',
    subject: 'Welcome to your demo maildrop',
    text: `Hello Joe,

this maildrop is made up: it lives in the memory of a small POP3 server on your own
computer, and it is gone when the demo ends. What popfetch does with it is real. It
logs in, lists what is there, retrieves what it has not seen, writes each message to
disk, makes sure that it is on the disk, puts it on record, and only then would it
delete anything from the server.

Have a look into the folder that the demo names at its end. Any mail program that
reads a Maildir can open it: mutt, neomutt, aerc, or a Dovecot of your own.

Have fun!`,
  },
  {
    from: 'Ann Example <ann@example.org>',
    subject: 'Minutes of Tuesday',
    text: `Hi Joe,

these are the minutes; please look at item 3.

1. The allotment fence. Paul has the wood, Mira the screws. We meet on the first dry
   Saturday at nine. Bring gloves, and a hammer if you own one.
2. The rain barrel leaks at the tap. Ann buys a new washer. It costs less than a coffee.
3. The apple tree. Do we graft it or do we let it be? Joe wanted to ask his aunt, who
   knows about such things. We decide next time.
4. Money. There are 41.20 left, and somebody paid for two bags of lime and never told
   us. Thank you, whoever you are.
5. Any other business. The hedgehog is back. Nobody burns leaves before it has moved.

Next meeting: Tuesday in two weeks, half past six, at Paul's.

Ann`,
  },
  {
    from: 'Mira Muster <mira@example.net>',
    subject: 'Re: that pumpkin soup',
    text: `You asked for it, so here it is. For four people, or for two and the next day:

  1 Hokkaido pumpkin, about 1 kg, not peeled
  2 onions, 1 clove of garlic
  a piece of ginger as long as your thumb
  1 tin of coconut milk
  3/4 l vegetable broth
  salt, pepper, half a lime, a little chili

Cut everything small. Fry the onions in a large pot until they are glassy, then garlic
and ginger for a minute, then the pumpkin for five. Pour in the broth, put on the lid,
and wait for twenty minutes with something good to read. Add the coconut milk, blend
it, and season it with lime, salt and chili. It is done when you like it.

Roasted pumpkin seeds on top look as if you had taken trouble.

Love,
Mira`,
  },
  {
    from: '=?utf-8?Q?J=C3=BCrgen_Gr=C3=B6=C3=9Fer?= <juergen@example.de>',
    subject: '=?utf-8?Q?Sch=C3=B6ne_Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=',
    text: `Lieber Joe,

schöne Grüße vom Rhein! Gestern waren wir auf dem Dom: 533 Stufen, und oben war es so
windig, daß Käthes Mütze jetzt irgendwo über der Südstadt fliegt. Danach gab es Kölsch,
Halve Hahn (das ist ein Käsebrötchen, kein Hahn) und viel Gelächter.

Übermorgen fahren wir weiter nach Brüssel, dann über Łódź und Kraków zurück. Käthe lernt
schon: «dziękuję bardzo». Ich übe noch das Ausrufezeichen: ¡Hola!

Falls Du magst: am 6. Dezember gibt es bei uns Glühwein. 日本のお茶もあります。 Привет!

Herzlich
Jürgen`,
  },
  {
    from: 'The Postmaster <postmaster@popfetch.example>',
    subject: 'Dots, and lines that begin with From',
    text: `This message is here for the sake of its lines.

.
A line with a single dot ends a message in POP3, so the server doubles it.
.. two dots
... three dots
.hidden
From here on, a line in an mbox file must be quoted, and in a Maildir it must not.
>From the department of small print.
 .a dot behind a blank

If you can read all nine lines above as they were written, everything is in order.`,
  },
  {
    from: 'Railway Friends <list@rails.example>',
    subject: '[rails] Digest, vol. 12: night trains',
    text: `In this digest: (1) Sleeper to the coast  (2) Lost umbrella  (3) Timetable of 1931

(1) From: Otto
    The sleeper to the coast runs again from Friday. Two coaches with beds, one with
    couchettes, and a dining car that has real plates. It leaves at 22:14 from track 7
    and reaches the sea at 6:50, which is just in time for the sunrise in November.
    I have booked the upper berth. Who comes along?

(2) From: Lotte
    Somebody left a green umbrella with a duck's head in the excursion train. It has been
    on four trips since then, because nobody dares to give it away. Please collect it
    before it becomes a member.

(3) From: Karl
    I found a timetable of 1931 in a box of jam jars. The branch line to the quarry had
    five trains a day, six on Saturdays, and a note: "stops on request, also for geese".
    I have scanned the pages and will bring the original to the next meeting, in a frame,
    so that nobody puts a cup on it.

-- 
To leave the list, miss your train.`,
  },
  {
    from: 'City Library <no-reply@library.example>',
    subject: 'Your loans are due on Friday',
    text: `Dear reader,

these books are due on Friday:

  - A Short History of Envelopes
  - Knots for Every Day (third reminder, it is a popular one)
  - The Postman's Walk, large print
  - How to Keep Bees and Neighbors

Renew them at the desk or by telephone. For each day beyond Friday we charge 20 cents a
book, or a cake for the staff room, whichever you find easier.

On Thursday at seven there is a reading by candlelight: letters that arrived too late.
Admission is free, tea is served, and the cat may be stroked.

Your City Library`,
  },
  {
    from: 'Paul <paul@example.com>',
    subject: 'one long line',
    text: `Joe, my telephone never breaks lines, so this whole message is one of them, and I hope that your mail program copes: we left the house at seven, and the road was empty, and the fog lay in the valleys like milk in a saucer, and Mira said that she would drive only if she might choose the music, so we heard the same record three times, the one with the accordion, until even the dog sighed, and at nine we reached the lake, where the hut stood with its door open and a note on the table that said "back soon, help yourselves to the plums", which we did, and then we walked once around the water, which took four hours because of the mud, and in the end nobody came back soon, so we washed the plates, put wood beside the stove, wrote "thank you" below the note, and drove home with a bag of plums for you, which you should fetch before I eat them all. Paul`,
  },
  {
    from: 'Bike Shop <workshop@spokes.example>',
    subject: 'Your bicycle is ready',
    text: `Hello,

your bicycle is ready. What we did:

  new brake pads, front and rear       18.00
  chain cleaned and oiled               6.00
  rear wheel trued                     12.50
  bell: the spider has moved out        0.00
                                      ------
                                       36.50

We are here from ten to six, Saturdays until two. Please bring the ticket with the number
318; if you have lost it, tell us the color of your saddle.

Your workshop`,
  },
  {
    from: 'Grandma <grandma@example.org>',
    subject: 'Thank you',
    text: `Dear Joe,

thank you for the card. It stands on the piano, next to the one from last year.
The computer works, as you see. I press the button and off it goes.

Eat something warm.
Grandma`,
  },
];

export const lateTexts: readonly SampleText[] = [
  {
    from: 'Paul <paul@example.com>',
    subject: 'Plums',
    text: `Too late. They were very good.

Paul`,
  },
  {
    from: 'Aunt Hedwig <hedwig@orchard.example>',
    subject: 'The apple tree, at some length',
    text: `Dear Joe,

you asked whether to graft the old tree or to let it be. Make yourself some tea, for this
is a matter that does not fit on a postcard.

First find out what it is. An apple without a name is like a letter without a sender: it
may be a treasure or a bill. Take three fruits with their stalks, two leaves and a twig of
this year, and bring them to the apple day at the monastery. The old brother with the
magnifying glass will look at them for a long while and then say a name that nobody has
heard since the war. Write it down at once. I did not, in 1974, and have been sorry since.

Then look at the trunk. Knock on it as on a door. If it answers like a full barrel, all is
well. If it answers like an empty one, it is hollow, which is no reason to fell it: the
little owl likes it so, and a hollow tree bears for another thirty years if it does not
have to carry too much. Saw off what is dead, and nothing else, in February, on a dry day,
with a sharp saw and a friend who holds the ladder. No tar on the cuts. People did that
when I was a girl, and the trees did not like it then either.

Now the grafting. Cut your scions in January, as thick as a pencil and as long as a hand,
from the sunny side, and keep them in damp sand in the cellar. Do not let Mira take them
for kindling. In April, when the bark slips, cut the stock and the scion aslant, each with
a little tongue, so that they hold on to each other; bind them with raffia and close the
gap with wax. Green must touch green, that is the whole secret. It says so in every book,
and still half of all people put bark to wood and wonder.

Put two scions on each branch, and on two young trees as well, one for you and one for
whoever moves next door. A tree that stands in two gardens cannot be lost by one storm,
one goat or one new owner with a chain saw. You will tell me that you heard the same about
your letters in the computer. There you see, I do listen.

And if you let it be? Then sit under it, as often as you can, and pick up what falls. It
has earned that, too. But take the scions all the same. To let a thing be and to keep it
are not the same, and only the second one needs a knife.

As to the name, I have a suspicion. Your great-grandfather brought the tree from the other
side of the hills, as a stick in a wet sock, on the day when he was to be examined by the
doctor of his future wife's family. He was late, he was muddy, and he had a sock in his
hand, but he got the wife and the tree, and neither ever caught a cold. He called it the
Sock Apple. If the brother with the magnifying glass says anything else, be polite, write
it on the label, and know better.

They keep until March, by the way, if you lay them on straw with the stalk down, and if no
two of them touch. Look them over every Sunday and take out the one that goes brown. There
is always one. Cut away the bad part and make a pancake of the rest; that is how Sundays
came to smell of cinnamon in this family. In March they are wrinkled like me, and sweeter
than on the day they were picked, which I mention without drawing conclusions.

Bring me a basket of them in October. I shall make the jelly that you spilled on the white
tablecloth when you were four. The stain is still there. I have put a plate over it for
your sake at every birthday since.

Your aunt
Hedwig

P.S. The goose is well and sends its regards. It bit the man who reads the meter, who
deserved it, and the parish priest, who did not. I have apologized to one of them.

P.P.S. Do not plant anything where the old tree stood, should it fall after all. Give the
ground seven years of clover, and yourself some time to be sad about it. Then plant a
pear.`,
  },
];
