import { createRoot } from "react-dom/client";
import { TeaPot } from "./tea-pot.tsx";

const root = document.getElementById("root");
if (root) createRoot(root).render(<TeaPot name="Tea pot" price="349.99" />);
