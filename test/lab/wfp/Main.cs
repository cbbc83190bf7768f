using System;
using System.IO;

// apply FILE, trial FILE, off FILE,FILE: one after the other in one process; each says what it did, or what failed.
static class Program {
	static int Main(string[] words) {
		for (int i = 0; i + 1 < words.Length; i += 2) {
			try {
				Console.WriteLine(words[i] == "off"
					? Ksp.Wfp.Remove(Array.ConvertAll<string, string>(words[i + 1].Split(','), File.ReadAllText), false)
					: Ksp.Wfp.Apply(File.ReadAllText(words[i + 1]), words[i] == "trial"));
			} catch (Exception error) {
				Console.WriteLine(error.Message);
			}
		}
		return 0;
	}
}
