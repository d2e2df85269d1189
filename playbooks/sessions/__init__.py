"""Coach-led sessions: asked for or offered, booked at a free time, held, and what came of them."""
