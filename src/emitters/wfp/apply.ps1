<#
.SYNOPSIS
Puts a state of a ksp policy in force, in one transaction: all of it, or nothing is changed.
.DESCRIPTION
The states are the .json files beside this script, which is the same for every policy. Interfaces, programs and services are
looked up on this machine now; run it again when an interface of the policy appeared or changed.
.PARAMETER State
down, up, lockdown, ...: the name of the state.
.PARAMETER Off
Takes away all filters of ksp, those of the boot as well.
.PARAMETER WhatIf
Has Windows check everything, and changes nothing.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File apply.ps1 -State lockdown
#>
#requires -Version 5.1
#requires -RunAsAdministrator
[CmdletBinding(DefaultParameterSetName = 'State')]
param(
	[Parameter(Mandatory = $true, ParameterSetName = 'State')][string]$State,
	[Parameter(Mandatory = $true, ParameterSetName = 'Off')][switch]$Off,
	[switch]$WhatIf
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
if (-not [Environment]::Is64BitProcess) { throw 'ksp: run this in 64-bit PowerShell' }

$source = @'
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ksp {

// fwpmu.h and fwptypes.h, as they are laid out for 64 bits.
[StructLayout(LayoutKind.Sequential)] struct Blob { public uint Size; public IntPtr Data; }
[StructLayout(LayoutKind.Sequential)] struct Value { public uint Type; public ulong Content; }
[StructLayout(LayoutKind.Sequential)] struct Range { public Value Low, High; }
[StructLayout(LayoutKind.Sequential)] struct Condition { public Guid Field; public uint Match; public Value Value; }
[StructLayout(LayoutKind.Sequential)] struct ActionType { public uint Type; public Guid FilterType; }
[StructLayout(LayoutKind.Sequential)] struct Filter {
	public Guid Key; public IntPtr Name, Description; public uint Flags; public IntPtr Provider; public Blob ProviderData;
	public Guid Layer, Sublayer; public Value Weight; public uint Count; public IntPtr Conditions; public ActionType Action;
	public ulong Context, MoreContext; public IntPtr Reserved; public ulong Id; public Value EffectiveWeight;
}
[StructLayout(LayoutKind.Sequential)] struct Sublayer {
	public Guid Key; public IntPtr Name, Description; public uint Flags; public IntPtr Provider; public Blob ProviderData;
	public ushort Weight;
}
[StructLayout(LayoutKind.Sequential)] struct Provider {
	public Guid Key; public IntPtr Name, Description; public uint Flags; public Blob Data; public IntPtr Service;
}
[StructLayout(LayoutKind.Sequential)] struct Session {
	public Guid Key; public IntPtr Name, Description; public uint Flags, Wait, Process; public IntPtr Sid, User;
	public int Kernel;
}

static class Native {
	const string Engine = "fwpuclnt.dll";
	[DllImport(Engine)] public static extern uint FwpmEngineOpen0(IntPtr server, uint service, IntPtr identity, ref Session session, out IntPtr engine);
	[DllImport(Engine)] public static extern uint FwpmEngineClose0(IntPtr engine);
	[DllImport(Engine)] public static extern uint FwpmTransactionBegin0(IntPtr engine, uint flags);
	[DllImport(Engine)] public static extern uint FwpmTransactionCommit0(IntPtr engine);
	[DllImport(Engine)] public static extern uint FwpmTransactionAbort0(IntPtr engine);
	[DllImport(Engine)] public static extern uint FwpmProviderAdd0(IntPtr engine, ref Provider provider, IntPtr security);
	[DllImport(Engine)] public static extern uint FwpmSubLayerAdd0(IntPtr engine, ref Sublayer sublayer, IntPtr security);
	[DllImport(Engine)] public static extern uint FwpmProviderGetByKey0(IntPtr engine, ref Guid key, out IntPtr provider);
	[DllImport(Engine)] public static extern uint FwpmSubLayerGetByKey0(IntPtr engine, ref Guid key, out IntPtr sublayer);
	[DllImport(Engine)] public static extern uint FwpmFilterAdd0(IntPtr engine, ref Filter filter, IntPtr security, out ulong id);
	[DllImport(Engine)] public static extern uint FwpmFilterDeleteByKey0(IntPtr engine, ref Guid key);
	[DllImport(Engine)] public static extern uint FwpmSubLayerDeleteByKey0(IntPtr engine, ref Guid key);
	[DllImport(Engine)] public static extern uint FwpmProviderDeleteByKey0(IntPtr engine, ref Guid key);
	[DllImport(Engine)] public static extern uint FwpmFilterCreateEnumHandle0(IntPtr engine, IntPtr template, out IntPtr handle);
	[DllImport(Engine)] public static extern uint FwpmFilterEnum0(IntPtr engine, IntPtr handle, uint wanted, out IntPtr entries, out uint count);
	[DllImport(Engine)] public static extern uint FwpmFilterDestroyEnumHandle0(IntPtr engine, IntPtr handle);
	[DllImport(Engine)] public static extern uint FwpmGetAppIdFromFileName0([MarshalAs(UnmanagedType.LPWStr)] string file, out IntPtr id);
	[DllImport(Engine)] public static extern void FwpmFreeMemory0(ref IntPtr memory);
	[DllImport("iphlpapi.dll")] public static extern uint ConvertInterfaceAliasToLuid([MarshalAs(UnmanagedType.LPWStr)] string alias, out ulong luid);
}

// RFC 8259, without more than documents hold.
sealed class Json {
	readonly string text;
	int at;
	Json(string text) { this.text = text; }

	public static Dictionary<string, object> Read(string text) {
		Json json = new Json(text);
		object value;
		try { value = json.Next(); } catch (IndexOutOfRangeException) { throw new FormatException("ksp: a document is cut off"); }
		json.Space();
		if (json.at != text.Length) throw new FormatException("ksp: more than one document in a file");
		Dictionary<string, object> document = value as Dictionary<string, object>;
		if (document == null || !document.ContainsKey("format") || !"ksp-wfp/1".Equals(document["format"]))
			throw new FormatException("ksp: a file beside this script is no document of ksp, or one of another version");
		return document;
	}

	void Space() { while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0) at++; }
	bool Take(char wanted) { Space(); if (text[at] != wanted) return false; at++; return true; }
	void Expect(char wanted) { if (!Take(wanted)) throw new FormatException("expected " + wanted + " at " + at); }

	object Next() {
		Space();
		if (Take('{')) {
			Dictionary<string, object> members = new Dictionary<string, object>();
			if (Take('}')) return members;
			do { Space(); string key = Text(); Expect(':'); members.Add(key, Next()); } while (Take(','));
			Expect('}');
			return members;
		}
		if (Take('[')) {
			List<object> items = new List<object>();
			if (Take(']')) return items;
			do items.Add(Next()); while (Take(','));
			Expect(']');
			return items;
		}
		if (text[at] == '"') return Text();
		if (string.CompareOrdinal(text, at, "true", 0, 4) == 0) { at += 4; return true; }
		int start = at;
		while (at < text.Length && text[at] >= '0' && text[at] <= '9') at++;
		return uint.Parse(text.Substring(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture);
	}

	string Text() {
		Expect('"');
		StringBuilder built = new StringBuilder();
		for (;;) {
			char next = text[at++];
			if (next == '"') return built.ToString();
			if (next != '\\') { built.Append(next); continue; }
			next = text[at++];
			int simple = "\"\\/bfnrt".IndexOf(next);
			if (simple >= 0) built.Append("\"\\/\b\f\n\r\t"[simple]);
			else if (next == 'u') { built.Append((char)int.Parse(text.Substring(at, 4), NumberStyles.HexNumber)); at += 4; }
			else throw new FormatException("escape at " + at);
		}
	}
}

// Memory that Windows is shown, until it has seen it.
sealed class Arena : IDisposable {
	readonly List<IntPtr> own = new List<IntPtr>(), given = new List<IntPtr>();

	public IntPtr Bytes(params byte[] bytes) {
		IntPtr memory = Marshal.AllocHGlobal(Math.Max(bytes.Length, 1));
		own.Add(memory);
		Marshal.Copy(bytes, 0, memory, bytes.Length);
		return memory;
	}
	public IntPtr Text(string text) { return Bytes(Encoding.Unicode.GetBytes(text + "\0")); }
	public IntPtr Struct<T>(T value) where T : struct {
		IntPtr memory = Bytes(new byte[Marshal.SizeOf(typeof(T))]);
		Marshal.StructureToPtr(value, memory, false);
		return memory;
	}
	public IntPtr Array<T>(List<T> values) where T : struct {
		int size = Marshal.SizeOf(typeof(T));
		IntPtr memory = Bytes(new byte[size * values.Count]);
		for (int i = 0; i < values.Count; i++) Marshal.StructureToPtr(values[i], new IntPtr(memory.ToInt64() + size * i), false);
		return memory;
	}
	public IntPtr Given(IntPtr memory) { given.Add(memory); return memory; }
	public void Dispose() {
		foreach (IntPtr memory in own) Marshal.FreeHGlobal(memory);
		foreach (IntPtr memory in given) { IntPtr freed = memory; Native.FwpmFreeMemory0(ref freed); }
	}
}

sealed class Changed : Exception { public Changed(string message) : base(message) { } }

// Interfaces by their names, as they are for all filters of a document: a name may become another interface's at any moment.
sealed class Interfaces {
	readonly Dictionary<string, ulong?> known = new Dictionary<string, ulong?>();
	public readonly List<string> Absent = new List<string>();

	// Null: there is none of this name.
	public ulong? Of(string alias) {
		if (!known.ContainsKey(alias)) {
			known.Add(alias, Look(alias));
			if (known[alias] == null) Absent.Add(alias);
		}
		return known[alias];
	}
	static ulong? Look(string alias) {
		ulong luid;
		uint code = Native.ConvertInterfaceAliasToLuid(alias, out luid);
		if (code == 87) return null;
		Wfp.Check(code, "interface " + alias);
		return luid;
	}

	// Whether they still are, and are as many as names.
	public void Confirm() {
		Dictionary<ulong, string> aliases = new Dictionary<ulong, string>();
		foreach (KeyValuePair<string, ulong?> one in known) {
			if (Look(one.Key) != one.Value) throw new Changed("ksp: interface " + one.Key + " changed meanwhile: run this again");
			if (one.Value == null) continue;
			ulong luid = (ulong)one.Value;
			if (aliases.ContainsKey(luid)) throw new Exception("ksp: " + aliases[luid] + " and " + one.Key + " are one interface here");
			aliases.Add(luid, one.Key);
		}
	}
}

// The conditions of a filter, with its names looked up on this machine.
sealed class Conditions {
	const uint Equal = 0, InRange = 5, AllFlags = 6;
	const uint U8 = 1, U16 = 2, U32 = 3, U64 = 4, Bytes16 = 11, BlobType = 12, Descriptor = 14, V4 = 0x100, V6 = 0x101, RangeType = 0x102;
	static readonly Guid
		Flags = new Guid("632ce23b-5167-435c-86d7-e903684aa80c"), Interface = new Guid("4cd62a49-59c3-4969-b7f3-bda5d32890a4"),
		LocalAddressType = new Guid("6ec7f6c4-376b-45d7-9e9c-d337cedcd237"), LocalAddress = new Guid("d9ee00de-c1ef-4617-bfe3-ffd8f5a08957"),
		RemoteAddress = new Guid("b235ae9a-1d64-49b8-a44c-5ff3d9095045"), Protocol = new Guid("3971ef2b-623e-4f9a-8cb1-6e79b806b9a7"),
		LocalPort = new Guid("0c1ba1af-5765-453f-af22-a8f791ac775b"), RemotePort = new Guid("c35a604d-d22b-4e1a-91b4-68f674ee674b"),
		Program = new Guid("d78e1e87-8644-4ea5-9437-d809ecefc971"), User = new Guid("af043a0a-b34d-4f86-979c-c90371af6e66");

	readonly Arena arena;
	readonly Interfaces interfaces;
	public readonly List<Condition> All = new List<Condition>();
	public Conditions(Arena arena, Interfaces interfaces) { this.arena = arena; this.interfaces = interfaces; }

	// False: it is about interfaces that are not there, and so about no packet.
	public bool Add(Dictionary<string, object> when) {
		foreach (KeyValuePair<string, object> asked in when) {
			if (asked.Key == "loopback") { Put(Flags, AllFlags, Of(U32, 1)); continue; }
			List<object> values = (List<object>)asked.Value;
			if (values.Count == 0) throw new FormatException("an empty list of " + asked.Key);
			int before = All.Count;
			foreach (object value in values) AddOne(asked.Key, value);
			if (All.Count == before) return false;
		}
		return true;
	}

	void AddOne(string word, object value) {
		switch (word) {
			case "interface": {
				ulong? luid = interfaces.Of((string)value);
				if (luid != null) Put(Interface, Equal, At(U64, arena.Struct((ulong)luid)));
				return;
			}
			case "localAddressType": Put(LocalAddressType, Equal, Of(U8, TypeOf((string)value))); return;
			case "localAddress": Address(LocalAddress, (string)value); return;
			case "remoteAddress": Address(RemoteAddress, (string)value); return;
			case "protocol": Put(Protocol, Equal, Of(U8, Convert.ToByte(value))); return;
			case "icmpType": Put(LocalPort, Equal, Of(U16, Convert.ToByte(value))); return;
			case "localPort": Port(LocalPort, (string)value); return;
			case "remotePort": Port(RemotePort, (string)value); return;
			case "program": Put(Program, Equal, At(BlobType, AppId((string)value))); return;
			case "service": Put(User, Equal, At(Descriptor, Counted(DescriptorOf((string)value)))); return;
			default: throw new FormatException("unknown word " + word);
		}
	}

	void Put(Guid field, uint match, Value value) {
		Condition condition = new Condition();
		condition.Field = field;
		condition.Match = match;
		condition.Value = value;
		All.Add(condition);
	}
	static Value Of(uint type, ulong content) { Value value; value.Type = type; value.Content = content; return value; }
	static Value At(uint type, IntPtr content) { return Of(type, (ulong)content.ToInt64()); }

	// NL_ADDRESS_TYPE.
	static ulong TypeOf(string name) {
		switch (name) {
			case "unicast": return 1;
			case "multicast": return 3;
			case "broadcast": return 4;
			default: throw new FormatException("type of address " + name);
		}
	}

	void Port(Guid field, string text) {
		string[] ends = text.Split('-');
		if (ends.Length == 1) { Put(field, Equal, Of(U16, ushort.Parse(text))); return; }
		Between(field, Of(U16, ushort.Parse(ends[0])), Of(U16, ushort.Parse(ends[1])));
	}
	void Between(Guid field, Value low, Value high) {
		Range range;
		range.Low = low;
		range.High = high;
		Put(field, InRange, At(RangeType, arena.Struct(range)));
	}

	void Address(Guid field, string text) {
		string[] ends = text.Split('-');
		if (ends.Length == 2) { Between(field, End(ends[0]), End(ends[1])); return; }
		string[] parts = text.Split('/');
		byte[] bytes = IPAddress.Parse(parts[0]).GetAddressBytes();
		int length = parts.Length == 2 ? int.Parse(parts[1]) : 8 * bytes.Length;
		if (length < 0 || length > 8 * bytes.Length) throw new FormatException("the length of " + text);
		if (bytes.Length == 4) {
			uint mask = length == 0 ? 0 : 0xffffffffu << (32 - length);
			Put(field, Equal, At(V4, arena.Struct(Number(bytes) | (ulong)mask << 32)));
			return;
		}
		Array.Resize(ref bytes, 17);
		bytes[16] = (byte)length;
		Put(field, Equal, At(V6, arena.Bytes(bytes)));
	}
	Value End(string text) {
		byte[] bytes = IPAddress.Parse(text).GetAddressBytes();
		return bytes.Length == 4 ? Of(U32, Number(bytes)) : At(Bytes16, arena.Bytes(bytes));
	}
	static ulong Number(byte[] b) { return (ulong)b[0] << 24 | (ulong)b[1] << 16 | (ulong)b[2] << 8 | b[3]; }

	IntPtr Counted(byte[] bytes) {
		Blob blob;
		blob.Size = (uint)bytes.Length;
		blob.Data = arena.Bytes(bytes);
		return arena.Struct(blob);
	}

	IntPtr AppId(string path) {
		if (path == "System") return Counted(Encoding.Unicode.GetBytes("System\0"));
		IntPtr id;
		Wfp.Check(Native.FwpmGetAppIdFromFileName0(path, out id), "program " + path);
		return arena.Given(id);
	}

	// O:SYG:SYD:(A;;CC;;;SID of the service): S-1-5-80 and the SHA-1 of its name in upper case.
	static byte[] DescriptorOf(string service) {
		byte[] hash;
		using (SHA1 sha = new SHA1Managed()) hash = sha.ComputeHash(Encoding.Unicode.GetBytes(service.ToUpperInvariant()));
		byte[] sid = new byte[32], system = { 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0 };
		new byte[] { 1, 6, 0, 0, 0, 0, 0, 5, 80, 0, 0, 0 }.CopyTo(sid, 0);
		hash.CopyTo(sid, 12);
		List<byte> all = new List<byte>(new byte[] { 1, 0, 4, 0x80, 20, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 44, 0, 0, 0 });
		all.AddRange(system);
		all.AddRange(system);
		all.AddRange(new byte[] { 2, 0, 48, 0, 1, 0, 0, 0, 0, 0, 40, 0, 1, 0, 0, 0 });
		all.AddRange(sid);
		return all.ToArray();
	}
}

public static class Wfp {
	const uint FilterMissing = 0x80320003, ProviderMissing = 0x80320005, SublayerMissing = 0x80320007;
	const uint Block = 0x1001, Permit = 0x1002;
	static readonly Dictionary<string, Guid> Layers = new Dictionary<string, Guid> {
		{ "connect-v4", new Guid("c38d57d1-05a7-4c33-904f-7fbceee60e82") }, { "connect-v6", new Guid("4a72393b-319f-44bc-84c3-ba54dcb3b6b4") },
		{ "accept-v4", new Guid("e1cd9fe7-f4b5-4273-96c0-592e487b8650") }, { "accept-v6", new Guid("a3b42c97-9f04-4672-b87e-cee9c483257f") },
		{ "forward-v4", new Guid("a82acc24-4ee1-4ee1-b465-fd1d25cb10a4") }, { "forward-v6", new Guid("7b964818-19c7-493a-b71f-832c3684d28c") },
		{ "error-out-v4", new Guid("41390100-564c-4b32-bc1d-718048354d7c") }, { "error-out-v6", new Guid("7fb03b60-7b8d-4dfa-badd-980176fc4e12") },
		{ "error-in-v4", new Guid("61499990-3cb6-4e84-b950-53b94b6964f3") }, { "error-in-v6", new Guid("65f9bdff-3b2d-4e5d-b8c6-c720651fe898") },
	};

	public static void Check(uint code, string what) {
		if (code != 0) throw new Exception(string.Format("ksp: {0}: 0x{1:x8}", what, code));
	}
	static void CheckBut(uint allowed, uint code, string what) { if (code != allowed) Check(code, what); }
	static Dictionary<string, object> Members(object value) { return (Dictionary<string, object>)value; }

	// A document of a state. Whatever is in the name of ksp is replaced, also what has the right key: nobody knows what it says.
	public static string Apply(string text, bool isTrial) {
		Dictionary<string, object> document = Json.Read(text);
		for (int tries = 1; ; tries++)
			try { return Transact(isTrial, delegate(IntPtr engine, Arena arena) { return Replace(engine, arena, document); }); }
			catch (Changed) { if (tries == 3) throw; }
	}

	static string Replace(IntPtr engine, Arena arena, Dictionary<string, object> document) {
		int removed = Clear(engine, document, new HashSet<Guid>()), added = 0;
		Dictionary<string, object> provider = Members(document["provider"]), sublayer = Members(document["sublayer"]);
		IntPtr owner = arena.Struct(KeyOf(provider));
		if (!HasProvider(engine, KeyOf(provider)) || !HasSublayer(engine, sublayer, KeyOf(provider))) {
			RemoveParents(engine, document);
			AddProvider(engine, arena, provider);
			AddSublayer(engine, arena, owner, sublayer);
		}
		Interfaces interfaces = new Interfaces();
		foreach (object filter in (List<object>)document["filters"])
			if (AddFilter(engine, owner, KeyOf(sublayer), interfaces, Members(filter))) added++;
		interfaces.Confirm();
		string absent = interfaces.Absent.Count == 0 ? "" : "; not there: " + string.Join(", ", interfaces.Absent.ToArray());
		return string.Format("{0} filters removed, {1} added{2}", removed, added, absent);
	}

	// Everything of ksp.
	public static string Remove(string[] texts, bool isTrial) {
		return Transact(isTrial, delegate(IntPtr engine, Arena arena) {
			HashSet<Guid> gone = new HashSet<Guid>();
			Dictionary<string, object>[] documents = Array.ConvertAll<string, Dictionary<string, object>>(texts, Json.Read);
			foreach (Dictionary<string, object> document in documents) Clear(engine, document, gone);
			foreach (Dictionary<string, object> document in documents) RemoveParents(engine, document);
			return "everything of ksp is removed";
		});
	}

	delegate string Step(IntPtr engine, Arena arena);

	static string Transact(bool isTrial, Step step) {
		if (IntPtr.Size != 8 || Marshal.SizeOf(typeof(Filter)) != 200 || Marshal.SizeOf(typeof(Condition)) != 40 ||
			Marshal.SizeOf(typeof(Sublayer)) != 72 || Marshal.SizeOf(typeof(Provider)) != 64 || Marshal.SizeOf(typeof(Session)) != 72)
			throw new Exception("ksp: run this in a 64-bit process");
		using (Arena arena = new Arena()) {
			Session session = new Session();
			session.Name = arena.Text("ksp");
			session.Wait = 15000;
			IntPtr engine;
			Check(Native.FwpmEngineOpen0(IntPtr.Zero, 10, IntPtr.Zero, ref session, out engine), "the engine");
			try {
				Check(Native.FwpmTransactionBegin0(engine, 0), "the transaction");
				string done;
				try {
					done = step(engine, arena);
					if (!isTrial) Check(Native.FwpmTransactionCommit0(engine), "the commit");
				} catch {
					Native.FwpmTransactionAbort0(engine);
					throw;
				}
				if (isTrial) Check(Native.FwpmTransactionAbort0(engine), "the end of the trial");
				return done;
			} finally {
				Native.FwpmEngineClose0(engine);
			}
		}
	}

	static Guid KeyOf(Dictionary<string, object> named) { return new Guid((string)named["key"]); }

	// What is in our name or in our sublayer, and what has one of the keys: filters of the boot may not be listed.
	static int Clear(IntPtr engine, Dictionary<string, object> document, HashSet<Guid> gone) {
		int before = gone.Count;
		foreach (Guid key in Own(engine, KeyOf(Members(document["provider"])), KeyOf(Members(document["sublayer"]))))
			if (gone.Add(key)) Check(Delete(engine, key), "filter " + key);
		int removed = gone.Count - before;
		foreach (object filter in (List<object>)document["filters"]) {
			Guid key = KeyOf(Members(filter));
			if (!gone.Add(key)) continue;
			uint code = Delete(engine, key);
			if (code == 0) removed++;
			CheckBut(FilterMissing, code, "filter " + key);
		}
		return removed;
	}
	static uint Delete(IntPtr engine, Guid key) { return Native.FwpmFilterDeleteByKey0(engine, ref key); }

	static void RemoveParents(IntPtr engine, Dictionary<string, object> document) {
		Guid provider = KeyOf(Members(document["provider"])), sublayer = KeyOf(Members(document["sublayer"]));
		CheckBut(SublayerMissing, Native.FwpmSubLayerDeleteByKey0(engine, ref sublayer), "sublayer");
		CheckBut(ProviderMissing, Native.FwpmProviderDeleteByKey0(engine, ref provider), "provider");
	}

	// As it was asked for: with a service, Windows would leave our filters out at a boot where it does not start by itself.
	static bool HasProvider(IntPtr engine, Guid key) {
		IntPtr memory;
		uint code = Native.FwpmProviderGetByKey0(engine, ref key, out memory);
		if (code == ProviderMissing) return false;
		Check(code, "provider");
		Provider found = (Provider)Marshal.PtrToStructure(memory, typeof(Provider));
		Native.FwpmFreeMemory0(ref memory);
		return found.Flags == 1 && found.Service == IntPtr.Zero;
	}

	// With another weight, others would be asked before ours.
	static bool HasSublayer(IntPtr engine, Dictionary<string, object> said, Guid provider) {
		Guid key = KeyOf(said);
		IntPtr memory;
		uint code = Native.FwpmSubLayerGetByKey0(engine, ref key, out memory);
		if (code == SublayerMissing) return false;
		Check(code, "sublayer");
		Sublayer found = (Sublayer)Marshal.PtrToStructure(memory, typeof(Sublayer));
		bool isOurs = IsKey(found.Provider, provider);
		Native.FwpmFreeMemory0(ref memory);
		return isOurs && found.Flags == 1 && found.Weight == (uint)said["weight"];
	}
	static bool IsKey(IntPtr memory, Guid key) {
		return memory != IntPtr.Zero && (Guid)Marshal.PtrToStructure(memory, typeof(Guid)) == key;
	}

	static void AddProvider(IntPtr engine, Arena arena, Dictionary<string, object> said) {
		Provider provider = new Provider();
		provider.Key = KeyOf(said);
		provider.Name = arena.Text((string)said["name"]);
		provider.Flags = 1;
		Check(Native.FwpmProviderAdd0(engine, ref provider, IntPtr.Zero), "provider");
	}

	static void AddSublayer(IntPtr engine, Arena arena, IntPtr owner, Dictionary<string, object> said) {
		Sublayer sublayer = new Sublayer();
		sublayer.Key = KeyOf(said);
		sublayer.Name = arena.Text((string)said["name"]);
		sublayer.Flags = 1;
		sublayer.Provider = owner;
		sublayer.Weight = Convert.ToUInt16(said["weight"]);
		Check(Native.FwpmSubLayerAdd0(engine, ref sublayer, IntPtr.Zero), "sublayer");
	}

	static List<Guid> Own(IntPtr engine, Guid provider, Guid sublayer) {
		const uint page = 512;
		List<Guid> own = new List<Guid>();
		IntPtr handle;
		Check(Native.FwpmFilterCreateEnumHandle0(engine, IntPtr.Zero, out handle), "the list of filters");
		for (;;) {
			IntPtr entries;
			uint count;
			Check(Native.FwpmFilterEnum0(engine, handle, page, out entries, out count), "the list of filters");
			for (int i = 0; i < count; i++) {
				Filter filter = (Filter)Marshal.PtrToStructure(Marshal.ReadIntPtr(entries, i * IntPtr.Size), typeof(Filter));
				if (filter.Sublayer == sublayer || IsKey(filter.Provider, provider)) own.Add(filter.Key);
			}
			Native.FwpmFreeMemory0(ref entries);
			if (count < page) break;
		}
		Check(Native.FwpmFilterDestroyEnumHandle0(engine, handle), "the list of filters");
		return own;
	}

	// False: it has no packets on this machine.
	static bool AddFilter(IntPtr engine, IntPtr owner, Guid sublayer, Interfaces interfaces, Dictionary<string, object> said) {
		using (Arena arena = new Arena()) {
			Conditions conditions = new Conditions(arena, interfaces);
			if (!conditions.Add(Members(said["when"]))) return false;
			string lifetime = (string)said["lifetime"], action = (string)said["action"];
			Filter filter = new Filter();
			filter.Key = KeyOf(said);
			filter.Name = arena.Text((string)said["name"]);
			if (Array.IndexOf(new[] { "static", "persistent", "boot" }, lifetime) < 0) throw new FormatException("lifetime " + lifetime);
			filter.Flags = lifetime == "persistent" ? 1u : lifetime == "boot" ? 2u : 0u;
			filter.Provider = owner;
			filter.Layer = Layers[(string)said["layer"]];
			filter.Sublayer = sublayer;
			filter.Weight.Type = 4;
			filter.Weight.Content = (ulong)arena.Struct((ulong)(uint)said["weight"]).ToInt64();
			filter.Count = (uint)conditions.All.Count;
			if (conditions.All.Count > 0) filter.Conditions = arena.Array(conditions.All);
			if (action != "permit" && action != "block") throw new FormatException("action " + action);
			filter.Action.Type = action == "permit" ? Permit : Block;
			ulong id;
			Check(Native.FwpmFilterAdd0(engine, ref filter, IntPtr.Zero, out id), "filter " + said["name"]);
			return true;
		}
	}
}
}
'@

if (-not ('Ksp.Wfp' -as [type])) { Add-Type -TypeDefinition $source -Language CSharp -IgnoreWarnings }
if ($Off) {
	$documents = @(Get-ChildItem -Path $PSScriptRoot -Filter '*.json' | ForEach-Object { [IO.File]::ReadAllText($_.FullName) })
	if ($documents.Count -eq 0) { throw 'ksp: no documents beside this script' }
	[Ksp.Wfp]::Remove($documents, $WhatIf.IsPresent)
} else {
	$file = $State.Replace(':', '.').Replace('+', '_') + '.json'
	[Ksp.Wfp]::Apply([IO.File]::ReadAllText((Join-Path $PSScriptRoot $file)), $WhatIf.IsPresent)
}
