<#
.SYNOPSIS
Blocks what WSL and virtual machines send: Windows shows their packets to no filter of ksp.
.DESCRIPTION
For Windows 11 22H2 and later. -Off takes the rule away again. A rule of others with a lower number for its priority comes before it.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File hyperv.ps1
#>
#requires -Version 5.1
#requires -RunAsAdministrator
param([switch]$Off)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
if (-not (Get-Command New-NetFirewallHyperVRule -ErrorAction SilentlyContinue)) {
	throw 'ksp: this Windows has no firewall for Hyper-V: keep WSL and virtual machines off this machine'
}
# Whatever has our name is replaced, and the new rule stands before the old one goes: a rule that cannot be made leaves the old one.
$name = 'ksp: virtual machines'
$old = @(Get-NetFirewallHyperVRule -DisplayName $name -ErrorAction SilentlyContinue)
if (-not $Off) {
	New-NetFirewallHyperVRule -DisplayName $name -Direction Outbound -Action Block | Out-Null
}
$old | Remove-NetFirewallHyperVRule
